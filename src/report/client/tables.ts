/** What a cell is sorted by: its first number, commas between thousands left out; else its text. */
export function sortKey(text: string): number | string {
  const plain = text
    .replaceAll('−', '-')
    .replace(/(\d),(?=\d{3})/g, '$1')
    .trim();
  const number = Number.parseFloat(plain);
  return Number.isFinite(number) && /^[-+]?[\d.]/.test(plain) ? number : text.trim().toLowerCase();
}

/** Numbers before texts, each in their order. */
export function compareKeys(a: number | string, b: number | string): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return typeof a === 'number' ? a - (b as number) : a.localeCompare(b as string);
}

/** Heads become buttons that sort, up and down in turn. */
export function bindSorting(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  const heads = [...table.tHead!.rows[0].cells];
  heads.forEach((head, column) => {
    if (head.textContent!.trim() === '') return;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const keyOf = (row: HTMLTableRowElement): number | string => sortKey(row.cells[column]?.textContent ?? '');
      const sorted = [...body.rows].sort((a, b) => (down ? -1 : 1) * compareKeys(keyOf(a), keyOf(b)));
      body.append(...sorted);
    });
  });
}

/** A field above a long table leaves the rows that hold what is typed. */
export function bindFilter(table: HTMLTableElement): void {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 8) return;
  const label = document.createElement('label');
  const field = document.createElement('input');
  const count = document.createElement('span');
  [label.className, field.type] = ['filter', 'search'];
  count.setAttribute('aria-live', 'polite');
  label.append('filter rows ', field, ' ', count);
  table.parentElement!.before(label);
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent!.toLowerCase().includes(wanted);
    count.textContent = wanted === '' ? '' : `${rows.filter(({ hidden }) => !hidden).length} of ${rows.length} rows`;
  });
}

export function bindTables(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>('.scroll > table')) {
    if (table.tHead === null || table.tBodies.length === 0) continue;
    bindSorting(table);
    bindFilter(table);
  }
}
