namespace Pwb.StaticFiles;

/// <summary>
/// The style of a listing: light or dark as the client prefers, and two lines for each entry on a narrow screen.
/// </summary>
internal static class ListingStyle
{
    // The icons are masks, so that they take the colours of the text around them.
    public static ReadOnlySpan<byte> Css => """

        :root {
          color-scheme: light dark;
          --page: #fff; --text: #1d2228; --muted: #69717c; --line: #e6e9ed; --hover: #f2f5f9; --link: #0a58b0; --folder: #d08b1c;
          --i-folder: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'%3E%3Cpath d='M2 5.5A1.5 1.5 0 0 1 3.5 4h3.8l1.8 2h7.4A1.5 1.5 0 0 1 18 7.5v7A1.5 1.5 0 0 1 16.5 16h-13A1.5 1.5 0 0 1 2 14.5z'/%3E%3C/svg%3E");
          --i-file: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20' fill='none' stroke='%23000' stroke-width='1.4' stroke-linejoin='round'%3E%3Cpath d='M5 2.7h6.3l3.7 3.7v10.9H5zM11.2 2.8v3.8H15'/%3E%3C/svg%3E");
          --i-up: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20' fill='none' stroke='%23000' stroke-width='1.6' stroke-linecap='round' stroke-linejoin='round'%3E%3Cpath d='M10 16V5M5 9.5l5-5 5 5'/%3E%3C/svg%3E");
          --i-root: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20' fill='none' stroke='%23000' stroke-width='1.6' stroke-linecap='round' stroke-linejoin='round'%3E%3Cpath d='M3 9.5 10 3.5l7 6M5 8.3V16h10V8.3'/%3E%3C/svg%3E");
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #15181c; --text: #e3e6ea; --muted: #959da8; --line: #2a2f36; --hover: #1f242a; --link: #82b8ff;
            --folder: #dfae58;
          }
        }
        body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 3rem; background: var(--page); color: var(--text);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        a { color: var(--link); text-decoration: none; }
        a:focus-visible, button:focus-visible, input:focus-visible {
          outline: 2px solid var(--link); outline-offset: -2px; border-radius: .25rem;
        }
        h1 {
          margin: 0 .75rem 1rem; font-size: 1.3rem; font-weight: 400; line-height: 1.6; overflow-wrap: anywhere;
          white-space: pre-wrap;
        }
        h1 a:hover { text-decoration: underline; }
        h1 span { color: var(--muted); margin: 0 .4rem; }
        h1 b { font-weight: 650; }
        .root::before, td a::before { content: ""; flex: none; display: inline-block; width: 1.25rem; height: 1.25rem;
          background: var(--muted); mask: var(--i-file) center / contain no-repeat; }
        .root::before { background: var(--link); mask-image: var(--i-root); vertical-align: -.2rem; }
        td a.d::before { background: var(--folder); mask-image: var(--i-folder); }
        td a.u::before { mask-image: var(--i-up); }
        table { width: 100%; border-collapse: collapse; }
        th {
          position: sticky; top: 0; padding: 0; background: var(--page); box-shadow: inset 0 -1px var(--line); font-size: .875rem;
          font-weight: 500; text-align: left;
        }
        form { margin: 0; }
        form[role] { display: flex; gap: .5rem; align-items: center; margin: 0 .75rem 1rem; }
        input[type=search] {
          flex: 0 1 18rem; min-width: 0; padding: .35rem .6rem; border: 1px solid var(--muted); border-radius: .25rem;
          background: none; color: inherit; font: inherit;
        }
        form[role] button { padding: .35rem .9rem; border: 1px solid var(--muted); border-radius: .25rem; }
        form[role] a { padding: .35rem .5rem; }
        button {
          padding: .5rem .75rem; border: 0; background: none; color: var(--muted); font: inherit;
          text-align: inherit; white-space: nowrap; cursor: pointer;
        }
        th button { width: 100%; }
        button:hover, th[aria-sort] button { color: var(--text); }
        th:first-child { width: 100%; }
        th + th { text-align: right; white-space: nowrap; }
        th[aria-sort] { --arrow: "\2191" / ""; }
        th[aria-sort=descending] { --arrow: "\2193" / ""; }
        th[aria-sort]:first-child button::after { content: var(--arrow); margin-left: .35rem; }
        th[aria-sort]:not(:first-child) button::before { content: var(--arrow); margin-right: .35rem; }
        td { padding: 0; border-bottom: 1px solid var(--line); }
        td + td {
          padding: .4rem .75rem; color: var(--muted); text-align: right; vertical-align: top; white-space: nowrap;
          font-variant-numeric: tabular-nums;
        }
        td a { display: flex; gap: .6rem; align-items: flex-start; padding: .4rem .75rem; }
        td a::before { margin-top: .125rem; }
        td a span { min-width: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
        tbody tr:hover { background: var(--hover); }
        tbody tr:hover a span { text-decoration: underline; }
        i {
          margin: 0 .15em; padding: 0 .3em; border: 1px solid; border-radius: .25rem; color: var(--muted);
          font: .75em/1 ui-monospace, monospace; white-space: nowrap;
        }
        nav a { padding: .5rem .75rem; }
        p { margin: 1rem .75rem; color: var(--muted); font-size: .875rem; }
        @media (max-width: 40rem) {
          body { padding: 1rem 0 2rem; }
          h1 { font-size: 1.15rem; }
          table, thead, tbody { display: block; }
          thead { position: sticky; top: 0; background: var(--page); }
          tr { display: grid; grid-template-columns: 1fr auto; border-bottom: 1px solid var(--line); }
          thead tr { display: flex; }
          th { position: static; box-shadow: none; }
          td { border: 0; }
          td:first-child { grid-column: 1 / -1; }
          td a { padding: .6rem .75rem .15rem; }
          td a.u { padding-bottom: .6rem; }
          td + td { padding: 0 .75rem .65rem; font-size: .875rem; line-height: 1.2; }
          td + td:empty { padding: 0; }
          td:nth-child(2) { order: 1; }
          td:nth-child(3) { padding-left: 2.6rem; text-align: left; }
        }

        """u8;
}
