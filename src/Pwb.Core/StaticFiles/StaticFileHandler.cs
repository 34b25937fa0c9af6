using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Handlers;
using Pwb.Http;
using Pwb.Logging;
using Pwb.Protocol;
using Pwb.StaticFiles;

namespace Pwb;

/// <summary>
/// Serves the files of a folder, or of another <see cref="ContentSource"/>: GET, HEAD and OPTIONS, with preconditions, ranges,
/// precompressed neighbours (<c>app.js.br</c>, <c>.zst</c>, <c>.gz</c>, unless more than two seconds older than <c>app.js</c>),
/// index files and content types. Nothing outside of the source can be reached. Small files are kept in memory, and compared with
/// their source at most once a second.
/// </summary>
/// <example><code>
/// await using PwbServer server = new(new StaticFileHandler("wwwroot"));
/// </code></example>
public sealed class StaticFileHandler : IRequestHandler, IBorrowingHandler, IMountable
{
    private readonly ContentSource _source;
    private readonly StaticFileOptions _options;
    private readonly IRequestHandler? _next;
    private readonly ResponseFields _fields;
    private readonly UnreadableFiles _unreadable;
    private readonly ResourceStore _store;
    private readonly TimeProvider _clock;
    private readonly byte[] _base; // decoded, without its last slash: empty for the root
    private int _looks; // how many requests wait for the source now

    /// <summary>Serves a folder.</summary>
    /// <param name="root">The folder. Nothing outside of it is served, whatever a path or a link says.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="next">The handler for missing files and other methods. Without it they get 404 and 405.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="ArgumentException">An option is not valid; the message says which.</exception>
    public StaticFileHandler(string root, StaticFileOptions? options = null, IRequestHandler? next = null)
        : this(new FolderSource(root, options?.FollowLinksOutside ?? false), options, next)
    {
    }

    /// <summary>Serves any source of content.</summary>
    /// <param name="source">The source, such as the resources of an assembly.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="next">The handler for missing files and other methods. Without it they get 404 and 405.</param>
    /// <exception cref="ArgumentException">An option is not valid; the message says which.</exception>
    public StaticFileHandler(ContentSource source, StaticFileOptions? options = null, IRequestHandler? next = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _options = options ?? StaticFileOptions.Default;
        _options.Validate();
        _source = source;
        _next = next;
        _clock = _options.TimeProvider;
        _base = Encoding.UTF8.GetBytes(_options.BasePath[..^1]);
        _fields = new ResponseFields(_options);
        ILogger logger = _options.Logger is { } users ? new IsolatedLogger(users) : NullLogger.Instance;
        _unreadable = new UnreadableFiles(logger);
        ResourceFinder finder = new(source, _options, _fields, _unreadable, logger);
        _store = new ResourceStore(finder, _options, _unreadable);
    }

    /// <summary>
    /// True: content in memory is sent at once. Everything else, the next handler's responses included, runs on the pool.
    /// </summary>
    public bool NeverBlocks => true;

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows =>
        _source is FolderSource or EmbeddedSource && _next is null or IBorrowingHandler { Borrows: true };

    /// <inheritdoc/>
    IRequestHandler IMountable.Below(string prefix) =>
        new StaticFileHandler(_source, _options with { BasePath = prefix + _options.BasePath }, _next);

    /// <inheritdoc/>
    public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool isGet = request.Method == "GET";
        bool mustCheck = false;
        if ((isGet || request.Method == "HEAD") && _store.TryGet(PathOf(request), out Resource? resource))
        {
            mustCheck = _store.IsCheckDue(resource);
            if (!mustCheck && TryAnswer(resource, new SelectionFields(request.Headers), isGet) is { } response)
                return new ValueTask<HttpResponse>(response);
        }

        return HandleFromSourceAsync(request, mustCheck, cancellationToken);
    }

    private HttpResponse? TryAnswer(Resource resource, in SelectionFields fields, bool isGet)
    {
        Representation representation = resource.Select(fields);
        Selection selection = representation.Select(fields, isGet, Now(fields), out ByteRanges ranges);
        return representation.TryAnswer(selection, ranges);
    }

    private async ValueTask<HttpResponse> HandleFromSourceAsync(
        HttpRequest request, bool mustCheck, CancellationToken cancellationToken)
    {
        // From here on, a disk may be waited for.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (Interlocked.Increment(ref _looks) > _options.MaxConcurrentLooks)
        {
            Interlocked.Decrement(ref _looks);
            return _fields.Unavailable;
        }

        try
        {
            if (Answer(request, mustCheck) is { } response) return response;
        }
        catch (UnauthorizedAccessException)
        {
            return _fields.Forbidden;
        }
        catch (IOException exception) when (FileErrors.IsTemporary(exception))
        {
            return _fields.Unavailable;
        }
        finally
        {
            Interlocked.Decrement(ref _looks);
        }

        bool dependsOnAccept = _options.Fallback is not null && request.Method is "GET" or "HEAD" && !PathOf(request).IsEmpty;
        HttpResponse answer = await _next!.HandleAsync(request, cancellationToken).ConfigureAwait(false);
        return dependsOnAccept && answer is not null ? ResponseFields.VaryByAccept(answer) : answer!;
    }

    /// <returns>Null if it is for the next handler.</returns>
    private HttpResponse? Answer(HttpRequest request, bool mustCheck)
    {
        bool isOptions = request.Method == "OPTIONS";
        if (!isOptions && request.Method is not ("GET" or "HEAD")) return _next is null ? _fields.MethodNotAllowed : null;
        if (isOptions && _next is null) return _fields.Options;
        if (PathOf(request).IsEmpty) return AnswerOutsideOfBase(request);

        Resource? resource = null;
        Finding finding = PathResolver.TryResolve(
            PathOf(request), _options.ServeHiddenNames, out string path, out bool isDirectoryForm, out bool hasEmptySegments)
            ? _store.Find(path, isDirectoryForm, mustCheck, out resource)
            : Finding.Nothing;
        bool isNothing = finding == Finding.Nothing || (finding == Finding.Directory && !_options.ListDirectories);
        if (isOptions) return isNothing ? null : _fields.Options;
        if (isNothing) return AnswerMissing(request);
        bool isRedirect = finding == Finding.Redirect;
        if (hasEmptySegments) return Redirect(308, PathResolver.ToTarget(path, isDirectoryForm || isRedirect), request);
        if (isRedirect) return Redirect(301, PathResolver.ToTarget(path, isDirectory: true), request);
        if (finding == Finding.Directory) return AnswerListing(path, request);

        // The found file may be gone by now, or only its compressed neighbour.
        HttpResponse? response = Answer(resource!, request);
        if (response is null && _store.Find(path, isDirectoryForm, mustCheck: true, out resource) == Finding.File)
            response = Answer(resource!, request);
        return response ?? AnswerMissing(request);
    }

    private HttpResponse? AnswerOutsideOfBase(HttpRequest request)
    {
        bool isBase = TargetPath.TryTakePrefix(request.EscapedPath, _base, out ReadOnlySpan<byte> rest) && rest.IsEmpty;
        if (isBase) return Redirect(301, "/", request);
        return _next is null ? _fields.NotFound : null;
    }

    private HttpResponse Redirect(int statusCode, string target, HttpRequest request)
    {
        string query = request.RawQuery.IsEmpty ? "" : "?" + Encoding.ASCII.GetString(request.RawQuery);
        string start = _base.Length == 0 ? "" : PathResolver.ToTarget(_options.BasePath);
        return _fields.Redirect(statusCode, start + target + query);
    }

    /// <summary>
    /// The path of a request behind the base path, with the slash that it begins with; empty if it is elsewhere.
    /// </summary>
    private ReadOnlySpan<byte> PathOf(HttpRequest request)
    {
        ReadOnlySpan<byte> path = request.EscapedPath;
        if (_base.Length == 0) return path;
        return TargetPath.TryTakePrefix(path, _base, out ReadOnlySpan<byte> rest) ? rest : [];
    }

    private HttpResponse AnswerListing(string path, HttpRequest request)
    {
        (string, string)[] lines = _fields.ListingLinesOf(path.Length == 0 ? "" : path + "/");
        HttpResponse listing = DirectoryListing.Create(path, List(path), request, lines);
        SelectionFields fields = new(request.Headers);
        if (fields.IsUnconditional) return listing;

        // It has neither tag nor date, but it is a representation: RFC 9110 §13.1.1 and §13.1.2 have something to say of "*".
        return Preconditions.Evaluate(fields, entityTag: default, lastModified: null, Now(fields), isGetOrHead: true) switch
        {
            PreconditionOutcome.NotModified => DirectoryListing.NotModified(lines),
            PreconditionOutcome.Failed => _fields.PreconditionFailed,
            _ => listing,
        };
    }

    private HttpResponse? AnswerMissing(HttpRequest request)
    {
        if (_options.Fallback is not null && IsForFallback(request)
            && TryAnswerByPage(_options.Fallback, isError: false, request) is { } page)
            return page;
        if (_next is not null) return null;
        return (_options.NotFoundPage is null ? null : TryAnswerByPage(_options.NotFoundPage, isError: true, request))
            ?? _fields.NotFound;
    }

    /// <returns>
    /// Null if there is no such page, or none that can be read. An unreadable page is no reason to refuse an allowed request.
    /// </returns>
    private HttpResponse? TryAnswerByPage(string path, bool isError, HttpRequest request)
    {
        try
        {
            if (!_store.FindPage(path, out Resource? page)) return null;
            if (!isError) return Answer(page!, request);

            SelectionFields fields = new(request.Headers);
            return _store.Obtain(page!, fields, request.Method == "GET", out Stream? content)?.ErrorPage(404, content);
        }
        catch (Exception exception) when (UnreadableFiles.Is(exception))
        {
            _unreadable.Note(path, exception);
            return null;
        }
    }

    /// <returns>Null if the file is gone.</returns>
    private HttpResponse? Answer(Resource resource, HttpRequest request)
    {
        SelectionFields fields = new(request.Headers);
        bool isGet = request.Method == "GET";
        if (TryAnswer(resource, fields, isGet) is { } known) return known;
        if (_store.Obtain(resource, fields, isGet, out Stream? content) is not { } representation) return null;

        // The file may be another one than it was a moment ago.
        Selection selection = representation.Select(fields, isGet, Now(fields), out ByteRanges ranges);
        if (content is null) return representation.TryAnswer(selection, ranges);
        if (selection is Selection.Whole or Selection.Part or Selection.Parts)
            return representation.Answer(content, selection, ranges);

        content.Dispose();
        return representation.TryAnswer(selection, ranges);
    }

    private bool IsForFallback(HttpRequest request)
    {
        if (request.Headers["Accept"] is { } accept && accept.Contains("text/html", StringComparison.OrdinalIgnoreCase))
            return true;

        ReadOnlySpan<byte> lastSegment = request.EscapedPath[(request.EscapedPath.LastIndexOf((byte)'/') + 1)..];
        return _next is null && !lastSegment.Contains((byte)'.');
    }

    private IEnumerable<ContentInfo> List(string path) =>
        _source.List(path)
            .Where(entry => PathResolver.IsNameServed(entry.Name, isInRoot: path.Length == 0, _options.ServeHiddenNames));

    // Only conditions need to know.
    private DateTimeOffset Now(in SelectionFields fields) => fields.IsUnconditional ? default : _clock.GetUtcNow();
}
