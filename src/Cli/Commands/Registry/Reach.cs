using System.CommandLine;
using System.Net;
using Slipway.Cli.Commands.Serving;
using Slipway.Cli.Images;
using Slipway.Server;

namespace Slipway.Cli.Commands.Registry;

/// <summary>How a verb comes to registries: which server is meant, and who one is there.</summary>
internal sealed class Reach : IDisposable
{
    public const string ServerVariable = "SLIPWAY_SERVER";
    public const string TokenVariable = "SLIPWAY_TOKEN";
    private const string AnyName = "slipway";
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly Surroundings _surroundings;
    private readonly HttpClient _http;
    private readonly string? _token;

    private Reach(Surroundings surroundings, Uri? server, string? token)
    {
        (_surroundings, Server, _token) = (surroundings, server, token);
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectLimit,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("slipway/" + SlipwayVersion.Text);
    }

    /// <summary>Where images without a host are.</summary>
    public Uri? Server { get; private set; }

    public HttpClient Http => _http;

    public static void AddTo(Command command)
    {
        command.Add(
            new Option<string?>("--server")
            {
                Description = "where images without a host are [$SLIPWAY_SERVER, else the server that runs here]",
                HelpName = "URL",
            }
        );
        command.Add(
            new Option<string?>("--token")
            {
                Description = "an access token for that server [$SLIPWAY_TOKEN, else what docker login has kept]",
                HelpName = "TOKEN",
            }
        );
    }

    /// <summary>Does something with registries; what they refuse becomes a line and an exit code.</summary>
    public static int Run(ParseResult parsed, Surroundings surroundings, Func<Reach, Task> act)
    {
        using var reach = Of(parsed, surroundings);
        try
        {
            act(reach).GetAwaiter().GetResult();
            return ExitCode.Ok;
        }
        catch (RegistryException e)
        {
            throw new CommandException(e.ExitCode, e.Message.TrimEnd('.'), e.Help);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new CommandException(ExitCode.Unreachable, e.Message.TrimEnd('.'));
        }
    }

    /// <exception cref="CommandException">It is none.</exception>
    public ImageName Image(string text)
    {
        if (ImageName.Parse(text, Server) is not { } image)
            throw new CommandException(
                ExitCode.Usage,
                $"\"{text}\" is no image's name{(Server is null ? ", or names no host" : "")}",
                Server is null ? "HOST/group/app:tag, or --server URL" : "group/app:tag or group/app@sha256:…"
            );
        // A token that came without a server is for the first registry that is named.
        Server ??= image.Registry;
        return image;
    }

    /// <summary>An image to look at: without tag and digest it is <c>latest</c>, as for docker. What changes something does not guess.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public ImageName ImageToRead(string text)
    {
        var image = Image(text);
        return image with { Reference = image.Reference ?? "latest" };
    }

    /// <param name="actions"><c>pull</c>, <c>pull,push</c> or <c>delete</c>.</param>
    /// <param name="alsoFrom">Another repository of the same registry that blobs may be taken from.</param>
    public RemoteRepository Repository(ImageName image, string actions, ImageName? alsoFrom = null)
    {
        List<string> scopes = [$"repository:{image.Repository}:{actions}"];
        if (alsoFrom is not null && alsoFrom.Registry == image.Registry && alsoFrom.Repository != image.Repository)
            scopes.Add($"repository:{alsoFrom.Repository}:pull");
        return new RemoteRepository(Door(image.Registry, scopes), image.Repository);
    }

    public RegistryDoor Door(Uri registry, IReadOnlyList<string> scopes) =>
        new(_http, registry, LoginOf(registry), scopes, _surroundings.Time);

    public Login? LoginOf(Uri registry) =>
        _token is not null && Server?.Authority == registry.Authority
            ? new Login(AnyName, _token)
            : Login.OfDocker(registry, _surroundings);

    /// <summary><c>12.3 MiB</c>.</summary>
    public static string Size(long bytes) =>
        bytes switch
        {
            < 1 << 10 => FormattableString.Invariant($"{bytes} B"),
            < 1 << 20 => FormattableString.Invariant($"{bytes / 1024.0:0.#} KiB"),
            < 1 << 30 => FormattableString.Invariant($"{bytes / 1048576.0:0.#} MiB"),
            _ => FormattableString.Invariant($"{bytes / 1073741824.0:0.#} GiB"),
        };

    public void Dispose() => _http.Dispose();

    private static Reach Of(ParseResult parsed, Surroundings surroundings)
    {
        var given = parsed.GetValue<string?>("--server") ?? surroundings.Variable(ServerVariable);
        var server = given is null ? RunningServer.Find(DataFolder.Of(null, surroundings))?.Address : AddressOf(given);
        return new Reach(surroundings, server, parsed.GetValue<string?>("--token") ?? surroundings.Variable(TokenVariable));
    }

    private static Uri AddressOf(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.Host.Length > 0
            ? uri
            : throw new CommandException(ExitCode.Usage, $"\"{text}\" is no address of a server", "as in https://ci.example.com");
}
