/// How pages look that are read on a screen and printed on A4: reports, and the page of a case.
package enum PaperStyle {
    /// Colours, type, tables and print rules, without what only one page needs.
    package static let css = """
        @page { @bottom-right { content: counter(page) " of " counter(pages); font: 8pt sans-serif } }
        :root { --ink: #1b1f23; --quiet: #5c6670; --line: #d5d8d3; --good: #2f7d4f; --bad: #b3261e }
        * { box-sizing: border-box }
        body { margin: 0 auto; max-width: 1400px; padding: 24px; color: var(--ink); background: #fff;
            font: 14px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums }
        h1 { font-size: 22px; margin: 0 0 2px } h2 { font-size: 14px; margin: 22px 0 4px; break-after: avoid }
        .quiet, footer { color: var(--quiet); margin: 0 0 4px } footer { margin-top: 28px; font-size: 12px }
        footer p { margin: 0 }
        .verdict { font-size: 17px; font-weight: 600; margin: 18px 0 4px; padding: 8px 12px;
            border-left: 4px solid var(--good); background: #f4f6f3 }
        .verdict.bad { border-left-color: var(--bad) }
        table { width: 100%; border-collapse: collapse; font-size: 12px } thead { display: table-header-group }
        th { text-align: left; color: var(--quiet); font-weight: 600; border-bottom: 1px solid var(--quiet);
            padding: 4px 10px 4px 0; white-space: nowrap; vertical-align: bottom }
        td { border-bottom: 1px solid var(--line); padding: 3px 10px 3px 0; vertical-align: top;
            overflow-wrap: break-word }
        tr { break-inside: avoid } td.n, th.n { text-align: right; white-space: nowrap }
        @media print { body { padding: 0; max-width: none; font-size: 9pt } table { font-size: 7.5pt }
            .verdict { font-size: 11pt; background: none } }
        """
}
