namespace Pwb.Host;

/// <content>The options about served files and their responses.</content>
internal static partial class Options
{
    public static Option Listing { get; } = Option.Switch(
        OptionGroup.Files, "--listing", "Show what a directory without an index file holds", shortName: "-l");

    public static Option Index { get; } = new()
    {
        Name = "--index",
        Group = OptionGroup.Files,
        ValueName = "name",
        Summary = "The file that stands for its directory. Repeatable: the first that exists",
        Default = "index.html",
        Accepts = OptionValues.IsIndex,
        Expected = "the name of a file, such as index.htm",
        IsRepeatable = true,
    };

    public static Option Spa { get; } = Option.Switch(
        OptionGroup.Files,
        "--spa",
        "Answer with index.html what does not exist, for single-page applications",
        "The same as `--fallback index.html`.");

    public static Option Fallback { get; } = new()
    {
        Name = "--fallback",
        Group = OptionGroup.Files,
        ValueName = "file",
        Summary = "Answer with this page of the directory what does not exist",
        Accepts = OptionValues.IsFallback,
        Expected = FileInDirectory,
        TakesPath = true,
    };

    public static Option NotFound { get; } = new()
    {
        Name = "--not-found",
        Group = OptionGroup.Files,
        ValueName = "file",
        Summary = "The page of the directory that goes with 404",
        Default = "404.html",
        Accepts = OptionValues.IsNotFoundPage,
        Expected = FileInDirectory,
        TakesPath = true,
    };

    public static Option CleanUrls { get; } = Option.Switch(OptionGroup.Files, "--clean-urls", "Serve /about from about.html");

    public static Option Hidden { get; } = Option.Switch(
        OptionGroup.Files, "--hidden", "Serve and list names that begin with a dot", "`.well-known` is served in any case.");

    public static Option FollowLinks { get; } = Option.Switch(
        OptionGroup.Files,
        "--follow-links",
        "Follow links that lead out of the directory",
        "Links that stay inside work in any case.");

    public static Option Base { get; } = new()
    {
        Name = "--base",
        Group = OptionGroup.Files,
        ValueName = "path",
        Summary = "Serve the directory below a path, such as /app/",
        More = "Patterns are about what follows that path.",
        Default = "/",
        Accepts = OptionValues.IsBase,
        Expected = "a path such as /app/",
    };

    public static Option Compress { get; } = Option.Switch(
        OptionGroup.Files,
        "--compress",
        "Compress text as it is sent, by Brotli or gzip",
        "Files that have a compressed neighbour, such as `app.js.br`, need no such work.");

    public static Option Watch { get; } = Option.Switch(
        OptionGroup.Files,
        "--watch",
        "Reload pages in the browser when a file changes",
        "A script is added to each page as it is sent, and to no file. Names that begin with a dot do not count, and nothing is "
            + "sent from a compressed neighbour.",
        shortName: "-w");

    public static Option Mime { get; } = new()
    {
        Name = "--mime",
        Group = OptionGroup.Fields,
        ValueName = ".ext=type",
        Summary = "The Content-Type of an extension, such as `.geo=application/geo+json`. Repeatable",
        Accepts = OptionValues.IsMime,
        Expected = "'.extension=type/subtype', such as .geo=application/geo+json",
        IsRepeatable = true,
    };

    public static Option Header { get; } = new()
    {
        Name = "--header",
        Group = OptionGroup.Fields,
        ValueName = "[pattern=]name: value",
        Summary = "A field for every answer, or for the paths that match a pattern. Repeatable",
        More = "In a pattern, which begins with `/` or `*`, `*` stands for anything: `\"/Build/*.gz=Content-Encoding: gzip\"`. "
            + "A `Content-Type` or `Content-Encoding` with a pattern stands in place of PWB's own.",
        Accepts = OptionValues.IsHeader,
        Expected = "'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself",
        IsRepeatable = true,
    };

    public static Option CacheControl { get; } = new()
    {
        Name = "--cache-control",
        Group = OptionGroup.Fields,
        ValueName = "pattern=value",
        Summary = "Cache-Control for the paths that match a pattern, such as `\"/assets/*=max-age=3600\"`. "
            + "Repeatable: the first that matches counts",
        More = "Without a value there is no such field.",
        Default = "no-cache",
        Accepts = OptionValues.IsCacheControl,
        Expected = "'pattern=value' with a pattern that begins with / or *",
        IsRepeatable = true,
    };
}
