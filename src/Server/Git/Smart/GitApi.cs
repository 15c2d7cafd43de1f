using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Slipway.Server.Accounts;
using Slipway.Server.Git.Push;
using Slipway.Server.Http;

namespace Slipway.Server.Git.Smart;

/// <summary>Git over HTTP, versions 0 to 2, as <c>git</c> itself speaks it. https://git-scm.com/docs/http-protocol</summary>
internal static class GitApi
{
    public const string UploadPack = "git-upload-pack";
    public const string ReceivePack = "git-receive-pack";

    private static readonly Access ForGit = new Access.OwnDoor(
        "Git sends its credentials only when it is asked for them, by the answer to its first request"
    );

    public static void MapGit(this IEndpointRouteBuilder app)
    {
        app.Map(HttpMethods.Get, new GitPath("/info/refs"), InfoRefsAsync);
        app.Map(HttpMethods.Post, new GitPath("/" + UploadPack), UploadPackAsync);
        app.Map(HttpMethods.Post, new GitPath("/" + ReceivePack), ReceivePackAsync);
        // A repository's files are not for reading one by one: they would show every ref and object to everybody.
        app.Map(HttpMethods.Get, new GitPath("/", dotGit: true), () => Results.StatusCode(StatusCodes.Status403Forbidden), order: 1);
    }

    /// <summary>Maps an address that ends like this, whatever project it begins with.</summary>
    public static RouteHandlerBuilder Map(this IEndpointRouteBuilder app, string method, GitPath path, Delegate handler, int order = 0)
    {
        var pattern = RoutePatternFactory.Parse("/{**path}", defaults: null, parameterPolicies: new { path });
        return app.Map(pattern, handler).WithMetadata(new HttpMethodMetadata([method])).WithOrder(order).Allow(ForGit);
    }

    private static async Task<IResult> InfoRefsAsync(
        HttpContext http,
        GitLogin login,
        PushToCreate creation,
        Repositories repositories,
        CancellationToken ct
    )
    {
        var service = http.Request.Query["service"].ToString();
        if (service is not (UploadPack or ReceivePack))
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        var (actor, denied) = await login.ActorAsync(http);
        if (actor is null)
            return denied!;
        NeverCache(http);
        if (service == ReceivePack)
        {
            var project = await login.FindAsync(http) ?? await creation.TryAsync(http, actor);
            if (await login.WriteAsync(http, actor, project) is (null, { } refused))
                return refused;
            http.Response.ContentType = $"application/x-{service}-advertisement";
            await Advertisement.WriteAsync(http.Response.Body, repositories.Create(project!.Id), ct);
            return Results.Empty;
        }

        var (read, refusal) = await login.ReadAsync(http, actor);
        if (read is null)
            return refusal!;
        http.Response.ContentType = $"application/x-{service}-advertisement";
        var version = Version(http);
        if (version is not "version=2")
        {
            var head = new MemoryStream();
            PktLine.Write(head, $"# service={service}\n");
            head.Write(PktLine.Flush);
            await http.Response.Body.WriteAsync(head.ToArray(), ct);
        }

        var call = new GitCall("upload-pack", "--stateless-rpc", "--http-backend-info-refs", ".") { Environment = Protocol(version) };
        await AnswerAsync(http, repositories.Create(read.Id), call, ct);
        return Results.Empty;
    }

    private static async Task<IResult> UploadPackAsync(HttpContext http, GitLogin login, Repositories repositories, CancellationToken ct)
    {
        if (http.Request.ContentType != $"application/x-{UploadPack}-request")
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        var (actor, denied) = await login.ActorAsync(http);
        if (actor is null)
            return denied!;
        var (project, refusal) = await login.ReadAsync(http, actor);
        if (project is null)
            return refusal!;
        await using var body = GitBody.Open(http);
        NeverCache(http);
        http.Response.ContentType = $"application/x-{UploadPack}-result";
        var call = new GitCall("upload-pack", "--stateless-rpc", ".")
        {
            Environment = Protocol(Version(http)),
            Feed = (input, token) => body.CopyToAsync(input, token),
            Limit = TimeSpan.FromHours(3),
        };
        await AnswerAsync(http, repositories.Create(project.Id), call, ct);
        return Results.Empty;
    }

    private static async Task<IResult> ReceivePackAsync(HttpContext http, GitLogin login, ReceivePack receiving, CancellationToken ct)
    {
        if (http.Request.ContentType != $"application/x-{ReceivePack}-request")
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        var (actor, denied) = await login.ActorAsync(http);
        if (actor is null)
            return denied!;
        var (pusher, refusal) = await login.WriteAsync(http, actor, await login.FindAsync(http));
        if (pusher is null)
            return refusal!;
        await using var body = new BufferedStream(GitBody.Open(http), 64 * 1024);
        PushRequest request;
        try
        {
            request = await PushRequest.ReadAsync(body, ct);
        }
        catch (PktFormatException e)
        {
            return Results.Text(e.Message + "\n", statusCode: StatusCodes.Status400BadRequest);
        }

        NeverCache(http);
        http.Response.ContentType = $"application/x-{ReceivePack}-result";
        // A client that is about to send much first asks, with nothing, whether it may.
        if (request.Commands.Count == 0)
            return Results.Empty;
        var report = await receiving.RunAsync(pusher, request, body, ct);
        await http.Response.Body.WriteAsync(report.ToBytes(request.Capabilities), ct);
        return Results.Empty;
    }

    private static async Task AnswerAsync(HttpContext http, Repository repository, GitCall call, CancellationToken ct)
    {
        var answer = await repository.RunAsync(
            call with
            {
                Drink = (output, token) => output.CopyToAsync(http.Response.Body, 64 * 1024, token),
            },
            ct
        );
        // What the client did wrong git has told it; a git that was killed has not, and half a pack must not look like a whole one.
        if (answer.ExitCode is not (0 or 128 or 1))
            http.Abort();
    }

    private static string Version(HttpContext http) =>
        http.Request.Headers["Git-Protocol"].ToString() is { Length: > 0 and < 100 } said
            ? Array.Find(said.Split(':'), part => part is "version=0" or "version=1" or "version=2") ?? ""
            : "";

    private static Dictionary<string, string> Protocol(string version) => version.Length == 0 ? [] : new() { ["GIT_PROTOCOL"] = version };

    private static void NeverCache(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.Expires = "Fri, 01 Jan 1980 00:00:00 GMT";
        headers.Pragma = "no-cache";
        headers.CacheControl = "no-cache, max-age=0, must-revalidate";
    }
}
