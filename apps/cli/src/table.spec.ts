import { renderColumns } from './table';

describe('a table', () => {
  it('aligns its columns and leaves no blanks at line ends', () => {
    expect(
      renderColumns(
        ['A', 'LONGER'],
        [
          ['value', ''],
          ['x', 'y'],
        ],
        undefined,
      ),
    ).toEqual(['A      LONGER', 'value', 'x      y']);
  });

  it('cuts the widest columns until it fits, and nothing without a width', () => {
    const rows = [['short', 'x'.repeat(40)]];
    const fitted = renderColumns(['A', 'B'], rows, 30);
    expect(fitted[1]).toBe(`short  ${'x'.repeat(22)}…`);
    expect(Math.max(...fitted.map((line) => line.length))).toBe(30);
    expect(renderColumns(['A', 'B'], rows, undefined)[1]).toContain('x'.repeat(40));
  });

  it('paints cells after they are sized, so that colours do not move columns', () => {
    const lines = renderColumns(['A', 'B'], [['r', '1']], undefined, (cell, column) =>
      column === 0 ? `<${cell}>` : cell,
    );
    expect(lines[1]).toBe('<r>  1');
  });

  it('shows what a terminal would obey', () => {
    expect(renderColumns(['A', 'B'], [['a\r\u001b[2Kclean', '1']], undefined)[1]).toBe(
      String.raw`a\u{d}\u{1b}[2Kclean  1`,
    );
  });
});
