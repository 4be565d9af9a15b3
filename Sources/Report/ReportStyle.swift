/// The look of a report: dark on light, so that it prints as it is; what is wrong is told by words and strokes, not by colour alone.
enum ReportStyle {
    static let sheet: StaticString = """
        :root{color-scheme:light;--ink:#1c2430;--dim:#5c6773;--line:#d5dbe1;--bad:#b3261e;--warn:#8a5a00;--good:#1b6e3c}
        *{box-sizing:border-box}body{font:14px/1.45 system-ui,sans-serif;color:var(--ink);background:#fff;max-width:1000px;
        margin:0 auto;padding:24px}h1{font-size:24px;margin:0}h2{font-size:17px;margin:28px 0 8px;border-bottom:1px solid var(--line)}
        h3{font-size:14px;margin:14px 0 4px}header p,small,.none,footer{color:var(--dim)}footer{margin-top:32px;font-size:12px}
        table{border-collapse:collapse;width:100%;font-size:13px}th{text-align:left;font-weight:600;color:var(--dim)}
        th,td{padding:3px 10px 3px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
        td:first-child{white-space:nowrap;font-variant-numeric:tabular-nums}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:8px;margin-top:16px}
        .figures div{border:1px solid var(--line);border-radius:6px;padding:8px 10px}.figures span{display:block;color:var(--dim);font-size:12px}
        .figures strong{font-size:17px}figure{margin:12px 0;break-inside:avoid}figcaption{font-weight:600}
        figcaption small{font-weight:400}svg{width:100%;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:var(--dim)}
        .grid{stroke:var(--line);stroke-width:.6}.band{fill:#2f6fb233;stroke:none}.curve{fill:none;stroke:#1d4e89;stroke-width:1.4}
        .critical{stroke:var(--bad);stroke-dasharray:7 4}.warning{stroke:var(--warn);stroke-dasharray:2 4}.limit{paint-order:stroke;stroke:#fff;stroke-width:3px}
        .mark line{stroke:var(--ink);stroke-dasharray:1 3}.mark text{font-weight:700;fill:var(--ink)}.legend{display:inline-block;margin-right:16px;font-size:12px}
        .timeline td:nth-child(2){color:var(--dim);white-space:nowrap}.timeline tr.quiet{color:var(--dim)}.timeline tr.crit td:last-child{color:var(--bad);font-weight:600}
        .timeline tr.warn td:last-child{color:var(--warn)}.timeline tr.good td:last-child{color:var(--good)}.timeline tr.deed td:last-child{font-weight:600}
        @media print{body{font-size:11px;max-width:none;padding:0}h2{break-after:avoid}tr{break-inside:avoid}thead{display:table-header-group}@page{margin:14mm}}
        """
}
