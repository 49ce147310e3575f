// Prints the report, and saves it as data.
import { send } from "./api.js";
import { all, make, notice, one, t } from "./dom.js";

const print = one("#print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
for (const link of /** @type {HTMLAnchorElement[]} */ (all("a.report"))) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      const blob = await (await send(link.href, { accept: link.dataset.accept })).blob();
      const url = URL.createObjectURL(blob);
      /** @type {HTMLAnchorElement} */ (make("a", { href: url, download: link.download })).click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    } catch (error) {
      notice(t("failed", { detail: /** @type {Error} */ (error).message }));
    }
  });
}
