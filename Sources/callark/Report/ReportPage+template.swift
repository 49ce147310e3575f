extension ReportPage {
    /// Values are in text only, never in an attribute that a value could close.
    static let template = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Call recordings: {{period}}</title>
        <style>
        \(style)
        </style>
        </head>
        <body>
        <header>
        <h1>Call recordings: {{period}}</h1>
        <p class="quiet">Made {{making}}. Times are in {{zone}}.</p>
        {{#remark}}<p class="remark">Note: {{.}}.</p>{{/remark}}
        </header>
        {{#sections}}
        <section>
        <p class="verdict {{standing}}">{{sentence}}</p>
        <p class="quiet">Organization {{organization}}, {{id}}</p>
        {{#days}}
        <h2>Days</h2>
        <table class="days">
        <thead><tr>{{#headings}}<th{{#isNumber}} class="n"{{/isNumber}}>{{text}}</th>{{/headings}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr>{{#cells}}<td{{#isNumber}} class="n"{{/isNumber}}>{{text}}</td>{{/cells}}</tr>
        {{/rows}}
        </tbody>
        </table>
        {{/days}}
        {{#hasReasons}}
        <h2>Pending, missing or damaged, by reason</h2>
        <table>
        <thead><tr><th class="n">Count</th><th>Reason</th><th>What it means</th><th>What to do</th></tr></thead>
        <tbody>
        {{#reasons}}
        <tr><td class="n">{{count}}</td><td>{{words}}</td><td>{{meaning}}</td><td>{{advice}}</td></tr>
        {{/reasons}}
        </tbody>
        </table>
        {{/hasReasons}}
        {{#hasExplanations}}
        <h2>Explained, by explanation</h2>
        <table class="few">
        <thead><tr><th class="n">Count</th><th>Explanation</th></tr></thead>
        <tbody>
        {{#explanations}}
        <tr><td class="n">{{count}}</td><td>{{words}}</td></tr>
        {{/explanations}}
        </tbody>
        </table>
        {{/hasExplanations}}
        {{#hasSteps}}
        <h2>To do</h2>
        <dl>
        {{#steps}}
        <dt>{{period}}: {{why}}</dt>
        {{#steps}}
        <dd>{{.}}</dd>
        {{/steps}}
        {{/steps}}
        </dl>
        {{/hasSteps}}
        {{#complaints}}
        <p>{{.}}</p>
        {{/complaints}}
        {{#tables}}
        <h2>{{title}}</h2>
        <table>
        <thead><tr>{{#headings}}<th{{#isNumber}} class="n"{{/isNumber}}>{{text}}</th>{{/headings}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr>{{#cells}}<td{{#isNumber}} class="n"{{/isNumber}}>{{text}}</td>{{/cells}}</tr>
        {{/rows}}
        </tbody>
        </table>
        {{/tables}}
        </section>
        {{/sections}}
        <footer>
        {{#legend}}
        <p>{{.}}</p>
        {{/legend}}
        </footer>
        </body>
        </html>
        """

    /// For screens and A4 paper, without colours that paper would need.
    private static let style = """
        @page { size: A4 landscape; margin: 14mm 12mm 16mm }
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
        .few { width: auto }
        tr { break-inside: avoid } td.n, th.n { text-align: right; white-space: nowrap }
        .days td { white-space: nowrap } .days td:last-child { white-space: normal }
        .days tr:last-child td { font-weight: 600 }
        dl { margin: 0 } dt { font-weight: 600; margin-top: 6px; break-after: avoid }
        dd { margin: 0 0 0 18px; font: 12px ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere }
        @media print { body { padding: 0; max-width: none; font-size: 9pt } table, dd { font-size: 7.5pt }
            .verdict { font-size: 11pt; background: none } }
        """
}
