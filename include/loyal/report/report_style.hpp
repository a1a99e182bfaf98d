// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace loyal::detail {

/// Looks of a report's page; colors come from plot_style.
inline constexpr std::string_view report_style = R"(
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main,header,footer{max-width:1100px;margin:0 auto;padding:0 24px}
header{padding-top:56px}
h1{font-size:2.1rem;line-height:1.2;font-weight:650;letter-spacing:-.02em;margin:0}
h2{font-size:1.35rem;line-height:1.3;font-weight:650;letter-spacing:-.01em;margin:56px 0 8px}
h3{font-size:1rem;font-weight:650;margin:0}
p{max-width:72ch;margin:8px 0}
h1,h2,h3,p,th,td,dd{overflow-wrap:anywhere}
a{color:var(--c0)}
.lead{font-size:1.08rem;color:var(--soft)}
.soft,figcaption p{color:var(--soft);font-size:.875rem;line-height:1.45}
.notice{border-left:4px solid var(--c1);padding:10px 16px;background:var(--card);border-radius:0 8px 8px 0;max-width:none;margin:20px 0}
nav{display:flex;flex-wrap:wrap;gap:4px 20px;margin-top:20px;font-size:.925rem}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
.keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:16px;margin:28px 0 0}
.key,figure{background:var(--card);border:1px solid var(--faint);border-radius:12px;min-width:0}
.key{padding:16px 20px}
.key dt{color:var(--soft);font-size:.875rem}
.key dd{margin:0}
.key .value{font-size:1.75rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.grid-of-figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(440px,100%),1fr));gap:20px;margin:20px 0}
figure{margin:0;padding:20px 22px 16px;display:flex;flex-direction:column;gap:12px}
figure.wide{grid-column:1/-1}
figcaption p{margin:4px 0 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.925rem;font-variant-numeric:tabular-nums}
th,td{padding:7px 14px 7px 0;text-align:left;border-bottom:1px solid var(--faint);vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:.85rem;vertical-align:bottom;white-space:nowrap}
th.number,td.number{text-align:right;white-space:nowrap;padding:7px 0 7px 20px}
.number+:not(.number){padding-left:28px}
th button{all:unset;cursor:pointer}
th button:focus-visible{outline:2px solid var(--c0);outline-offset:3px}
th[aria-sort] button{color:var(--ink)}
th[aria-sort=descending] button::after{content:" \2193"}
th[aria-sort=ascending] button::after{content:" \2191"}
tbody tr:hover{background:var(--paper)}
.meter{display:block;height:4px;border-radius:2px;background:var(--faint);margin-top:3px;min-width:80px}
.meter span{display:block;height:100%;border-radius:2px;background:var(--c0)}
footer{margin-top:64px;padding-bottom:48px}
footer dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 20px;margin:12px 0;font-size:.875rem;color:var(--soft)}
footer dd{margin:0}
footer::before{content:"";display:block;border-top:1px solid var(--faint);margin-bottom:20px}
ol.notes{font-size:.875rem;color:var(--soft);padding-left:1.4em;max-width:80ch}
@media(max-width:560px){main,header,footer{padding-left:14px;padding-right:14px}header{padding-top:28px}h1{font-size:1.6rem}h2{margin-top:40px}figure{padding:16px 12px 12px}.keys{grid-template-columns:1fr 1fr;gap:10px}.key{padding:12px 14px}.key .value{font-size:1.35rem}figure.wide .drawing{overflow-x:auto}figure.wide .plot{min-width:640px}}
@media print{:root{--paper:#fff}body{font-size:11pt}figure,.key{break-inside:avoid}}
)";

/// Sorts a table by a click on the head of a column; the page is whole without it. Neither markup
/// characters nor anything from the user's data is in it.
inline constexpr std::string_view report_script = R"(
document.querySelectorAll('table').forEach(table => {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const numeric = head.className === 'number';
      const down = head.ariaSort ? head.ariaSort === 'ascending' : numeric;
      heads.forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const sign = down ? -1 : 1;
      const number = row => row.cells[column].dataset.key;
      const order = (a, b) => {
        if (!numeric) return sign * a.cells[column].textContent.localeCompare(b.cells[column].textContent);
        if (!number(a) || !number(b)) return !number(a) - !number(b);
        return sign * (Number(number(a).replace('inf', 'Infinity')) - Number(number(b).replace('inf', 'Infinity')) || 0);
      };
      const rows = [...table.tBodies[0].rows];
      if (rows.every(row => row.cells.length === heads.length)) table.tBodies[0].append(...rows.sort(order));
    });
  });
});
)";

}  // namespace loyal::detail
