import Pages

extension ReportPage {
    /// Values are in text only, never in an attribute that a value could close.
    static let template = """
        \(style.head("Call recordings: {{period}}"))
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
        {{#disagreements}}
        <p>{{.}}</p>
        {{/disagreements}}
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

    /// What only a report needs beside ``PaperStyle``.
    static let style = InlineStyle(
        PaperStyle.css + """

            @page { size: A4 landscape; margin: 14mm 12mm 16mm }
            .few { width: auto }
            .days td { white-space: nowrap } .days td:last-child { white-space: normal }
            .days tr:last-child td { font-weight: 600 }
            dl { margin: 0 } dt { font-weight: 600; margin-top: 6px; break-after: avoid }
            dd { margin: 0 0 0 18px; font: 12px ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere }
            @media print { dd { font-size: 7.5pt } }
            """
    )
}
