/** Colours of text on paper keep a contrast of 7:1 and more, those of secondary text 4.5:1. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1a1a; --muted: #4d4d4d; --line: #d9d9d9; --accent: #b34700; --tint: #fdf1ea; --soft: #f5f5f5; --link: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --paper: #161616; --ink: #e8e8e8; --muted: #b4b4b4; --line: #444; --accent: #ff9a57; --tint: #33241a; --soft: #232323; --link: #8ec5ff; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 0 auto; padding: 1.5rem 1rem 4rem; color: var(--ink); background: var(--paper); overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .4rem; } h3 { font-size: 1.08rem; margin: 1.6rem 0 .3rem; }
a { color: var(--link); } .skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .3rem .6rem; z-index: 2; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.subject { color: var(--muted); margin: 0 0 1rem; }
.verdict { font-size: 1.15rem; border-left: 5px solid var(--accent); padding: .2rem 0 .2rem 1rem; margin: 1rem 0; } .verdict.good { border-color: #2e7d32; } .verdict.plain { border-color: var(--line); }
.facts-grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: .8rem; margin: 1rem 0; padding: 0; }
.facts-grid > div { background: var(--soft); border-radius: 6px; padding: .6rem .8rem; } .facts-grid dt { font-weight: 600; color: var(--accent); } .facts-grid dd { margin: .15rem 0 0; }
nav { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .9rem; margin: 1.2rem 0; font-size: .92rem; } nav ol { columns: 3 14rem; margin: .3rem 0; padding-left: 1.4rem; } nav p { margin: 0; font-weight: 600; } nav .part { font-weight: 600; margin-top: .3rem; break-after: avoid; }
.caption { color: var(--muted); max-width: 75ch; margin: .2rem 0 .6rem; } li { max-width: 85ch; }
table { border-collapse: collapse; font-size: .88rem; width: 100%; } th, td { padding: .3rem .55rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; } th { vertical-align: bottom; }
th:first-child, td:first-child, td.text, th.text, td.word, th.word { text-align: left; } td:not(:first-child):not(.text) { white-space: nowrap; } td.text { min-width: 22ch; } td:first-child { min-width: 8ch; }
th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; } th button::after { content: ' \\2195'; color: var(--muted); font-weight: 400; } th[aria-sort=ascending] button::after { content: ' \\2191'; } th[aria-sort=descending] button::after { content: ' \\2193'; }
tr.chosen td { font-weight: 600; background: var(--tint); } .facts td { text-align: left !important; white-space: normal !important; } .facts td:first-child { color: var(--muted); padding-right: 1.2rem; }
.scroll { overflow-x: auto; } .scroll > table { margin-bottom: .3rem; } .filter { display: block; font-size: .88rem; margin: .3rem 0; } .filter input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--muted); border-radius: 4px; padding: .1rem .4rem; max-width: 14rem; }
details { margin: .4rem 0 1rem; } summary { cursor: pointer; color: var(--muted); } code, pre { font-size: .85em; overflow-wrap: anywhere; } pre { white-space: pre-wrap; }
.plot { min-height: 300px; width: 100%; overflow: hidden; }
.legend, .tools { display: flex; flex-wrap: wrap; gap: .25rem .5rem; list-style: none; padding: 0; margin: .3rem 0; font-size: .86rem; }
.legend button, .tools button, .tools select { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: .1rem .45rem; cursor: pointer; max-width: 100%; text-align: left; } .tools button, .tools select { border-color: var(--muted); }
.legend svg { vertical-align: middle; margin-right: .35rem; } .legend button[aria-pressed=false] { text-decoration: line-through; color: var(--muted); } .legend button[aria-pressed=false] svg { opacity: .35; }
.legend [stroke] { stroke: var(--l); } .legend .filled { fill: var(--l); } @media (prefers-color-scheme: dark) { .legend [stroke] { stroke: var(--d); } .legend .filled { fill: var(--d); } }
.nothing { color: var(--muted); font-style: italic; }
@media (max-width: 560px) { body { padding: 1rem .7rem 3rem; } h1 { font-size: 1.3rem; } .verdict { font-size: 1.02rem; } nav ol { columns: 1; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --muted: #333; --line: #bbb; --accent: #b34700; --tint: #f5f5f5; --soft: #f5f5f5; --link: #000; }
  body { max-width: none; font-size: 11pt; padding: 0; } nav, .tools, .filter, .skip, .legend [data-all] { display: none; } h2, h3 { break-after: avoid; } .legend [stroke] { stroke: var(--l); } .legend .filled { fill: var(--l); } .legend button { border: 0; }
  .figure { break-inside: avoid-page; } .figure > .picture { break-inside: avoid; } .facts-grid > div { border: 1px solid var(--line); } tr { break-inside: avoid; } .scroll { overflow: visible; } table { font-size: 8pt; } td, th { white-space: normal !important; padding: .15rem .3rem; } thead { display: table-header-group; } th button::after { content: none !important; }
  details::details-content { content-visibility: visible; block-size: auto; } a { text-decoration: none; }
}`;
