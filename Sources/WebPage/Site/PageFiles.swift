/// The files of the page, which are inside the binary.
enum PageFiles {
    /// What browsers fetch, by name.
    static let assets: [String: [UInt8]] = [
        "base.css": PackageResources.base_css, "views.css": PackageResources.views_css,
        "mark.svg": PackageResources.mark_svg, "icons.svg": PackageResources.icons_svg,
        "words.json": PackageResources.words_json,
        "app.js": PackageResources.app_js, "api.js": PackageResources.api_js, "dom.js": PackageResources.dom_js,
        "login.js": PackageResources.login_js, "overview.js": PackageResources.overview_js,
        "month.js": PackageResources.month_js, "calls.js": PackageResources.calls_js,
        "call.js": PackageResources.call_js, "collect.js": PackageResources.collect_js,
        "integrity.js": PackageResources.integrity_js,
        "listen.js": PackageResources.listen_js,
        "lanes.js": PackageResources.lanes_js,
        "transcript.js": PackageResources.transcript_js, "proof.js": PackageResources.proof_js,
        "gaps.js": PackageResources.gaps_js, "passes.js": PackageResources.passes_js,
        "evidence.js": PackageResources.evidence_js, "settings.js": PackageResources.settings_js,
        "cases.js": PackageResources.cases_js,
    ]

    /// Templates, by the name under which others use them.
    static let templates: [String: [UInt8]] = [
        "frame": PackageResources.frame_mustache, "outside": PackageResources.outside_mustache,
        "login": PackageResources.login_mustache, "connected": PackageResources.connected_mustache,
        "problem": PackageResources.problem_mustache,
        "verdict": PackageResources.verdict_mustache, "organizations": PackageResources.organizations_mustache,
        "bar": PackageResources.bar_mustache, "archives": PackageResources.archives_mustache,
        "gaprow": PackageResources.gaprow_mustache, "overview": PackageResources.overview_mustache,
        "month": PackageResources.month_mustache, "day": PackageResources.day_mustache,
        "calls": PackageResources.calls_mustache, "call": PackageResources.call_mustache,
        "gaps": PackageResources.gaps_mustache, "passes": PackageResources.passes_mustache,
        "evidence": PackageResources.evidence_mustache,
        "cases": PackageResources.cases_mustache, "case": PackageResources.case_mustache,
        "settings": PackageResources.settings_mustache,
    ]

    /// The words of all pages.
    static var words: [UInt8] { PackageResources.words_json }
}
