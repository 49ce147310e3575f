import Pages

extension CasePage {
    /// Values are in text only, never in an attribute that a value could close; names of files have no such characters.
    static let template = """
        \(head)
        <header>
        <h1>Case {{name}}</h1>
        <p class="quiet">Exported {{time}} by {{actor}}. Times are in {{zone}}.</p>
        <p>Reason: {{reason}}</p>
        <p>Calls: {{selection}}</p>
        </header>
        <p class="verdict {{standing}}">{{sentence}}</p>
        {{#problems}}<p class="problem">{{.}}</p>{{/problems}}
        <h2>Keys of the logs</h2>
        <table>
        <thead><tr><th>Organization</th><th>SHA-256 of the public key</th></tr></thead>
        <tbody>
        {{#keys}}<tr><td>{{organization}}</td><td class="mono">{{fingerprint}}</td></tr>
        {{/keys}}
        </tbody>
        </table>
        <p>Compare each with a copy that reached you some other way, such as by letter: a key that comes only with the
        evidence proves nothing.</p>
        <h2>What this folder proves, and what it does not</h2>
        <ul>
        {{#claims}}<li>{{.}}</li>
        {{/claims}}
        </ul>
        <p>Check all of it, without Callark: <code>python3 verify.py case .</code> README.txt has the steps.</p>
        <h2>Calls</h2>
        <table>
        <thead><tr><th class="n">No.</th><th>Time</th><th>Agents</th><th>From</th><th>To</th><th>Queue</th><th>Direction</th>
        <th class="n">Recordings</th><th>State</th><th>Task</th></tr></thead>
        <tbody>
        {{#calls}}
        <tr><td class="n"><a href="{{page}}#call-{{number}}">{{number}}</a></td><td>{{time}}</td><td>{{agents}}</td><td>{{from}}</td>
        <td>{{to}}</td><td>{{queue}}</td><td>{{direction}}</td><td class="n">{{count}}</td><td>{{state}}</td><td class="mono">{{task}}</td></tr>
        {{/calls}}
        </tbody>
        </table>
        {{#hasFurther}}
        <p>More details:{{#further}} <a href="{{page}}">calls {{first}} to {{last}}</a>{{/further}}</p>
        {{/hasFurther}}
        \(sections)
        <h2>Days</h2>
        <table>
        <thead><tr><th>Organization</th><th>Day</th><th>Statement</th><th>When</th><th class="n">Entry</th></tr></thead>
        <tbody>
        {{#days}}<tr><td>{{organization}}</td><td>{{day}}</td><td>{{statement}}</td><td>{{time}}</td><td class="n">{{leaf}}</td></tr>
        {{/days}}
        </tbody>
        </table>
        {{#hasAnchors}}
        <h2>Given to others</h2>
        <table>
        <thead><tr><th>Organization</th><th>Anchor</th><th>Kind</th><th class="n">Entries covered</th><th>Noted</th></tr></thead>
        <tbody>
        {{#anchors}}<tr><td>{{organization}}</td><td>{{name}}</td><td>{{kind}}</td><td class="n">{{size}}</td><td>{{time}}</td></tr>
        {{/anchors}}
        </tbody>
        </table>
        {{/hasAnchors}}
        <footer>
        <p>Callark {{version}} stores each recording as it receives it, and converts nothing. Entry: the number of the entry in the
        organization's evidence log{{#hasEpochs}}, after the number of the log's epoch{{/hasEpochs}}.</p>
        </footer>
        </body>
        </html>
        """

    /// A further page, with the details of calls only.
    static let furtherTemplate = """
        \(head)
        <header>
        <h1>Case {{name}}</h1>
        <p class="quiet">Calls {{first}} to {{last}}. Times are in {{zone}}. Everything else is in
        <a href="index.html">index.html</a>.</p>
        </header>
        \(sections)
        </body>
        </html>
        """

    private static let head = """
        \(style.head("Case {{name}}"))
        <body>
        """

    /// The details of the calls of one page.
    private static let sections = """
        {{#details}}
        <section id="call-{{number}}">
        <h2>{{number}}. {{time}}, task {{task}}, {{organization}}</h2>
        {{#hasFiles}}
        <table>
        <thead><tr><th>File</th><th class="n">Bytes</th><th>SHA-256</th><th>Received</th><th>In the log since</th>
        <th class="n">Entry</th><th>Remark</th></tr></thead>
        <tbody>
        {{#files}}
        <tr><td><a href="{{path}}">{{file}}</a></td><td class="n">{{bytes}}</td><td class="mono">{{sha256}}</td><td>{{received}}</td>
        <td>{{logged}}</td><td class="n">{{leaf}}</td><td>{{remark}}</td></tr>
        {{/files}}
        </tbody>
        </table>
        {{/hasFiles}}
        {{#lacks}}<p class="problem">Not here: {{.}}</p>
        {{/lacks}}
        {{#explanations}}<p>Explained: {{.}}</p>
        {{/explanations}}
        {{#damage}}<p class="problem">{{.}}</p>
        {{/damage}}
        {{#hasHistory}}
        <h3>Who did what</h3>
        <table>
        <thead><tr><th>When</th><th>Who</th><th>What</th><th>Why</th><th>Case</th><th class="n">Entry</th></tr></thead>
        <tbody>
        {{#history}}
        <tr><td>{{time}}</td><td>{{actor}}</td><td>{{action}}</td><td>{{reason}}</td><td>{{caseName}}</td><td class="n">{{leaf}}</td></tr>
        {{/history}}
        </tbody>
        </table>
        {{/hasHistory}}
        </section>
        {{/details}}
        """

    /// What only a case needs beside ``PaperStyle``.
    private static let style = InlineStyle(
        PaperStyle.css + """

            @page { size: A4 landscape; margin: 14mm 12mm 16mm }
            .mono { font: 11px ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; white-space: normal }
            .problem { border-left: 3px solid var(--bad); padding-left: 8px }
            h3 { font-size: 12px; margin: 10px 0 2px; break-after: avoid }
            ul { margin: 0; padding-left: 20px } section { break-inside: avoid-page } a { color: inherit }
            td { overflow-wrap: anywhere }
            @media print { .mono { font-size: 6.5pt } }
            """
    )
}
