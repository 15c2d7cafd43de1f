using Slipway.Server.Registry;

namespace Slipway.Cli.Commands.Serving;

/// <summary>The registries that the dependency proxy fetches from, as they are typed.</summary>
internal static class UpstreamList
{
    // A command line is for everybody on the machine to read.
    public const string UserVariable = "SLIPWAY_UPSTREAM_USER";
    public const string PasswordVariable = "SLIPWAY_UPSTREAM_PASSWORD";

    /// <param name="texts"><c>https://mirror.example.com</c>, in Docker Hub's place; <c>quay.io=https://quay.io</c>, besides.</param>
    /// <param name="user">At Docker Hub, or what stands in its place.</param>
    /// <exception cref="CommandException">One of them is none.</exception>
    public static IReadOnlyList<RegistryOptions.Upstream> Read(IReadOnlyList<string> texts, string? user, string? password)
    {
        var hub = new RegistryOptions().Upstreams[0];
        var others = new List<RegistryOptions.Upstream>();
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=');
            var name = equals < 0 ? hub.Name : text[..equals];
            if (
                !Uri.TryCreate(text[(equals + 1)..], UriKind.Absolute, out var url)
                || url.Scheme is not ("http" or "https")
                || url.UserInfo.Length > 0
                || !name.Contains('.')
                || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '-'))
            )
                throw new CommandException(
                    ExitCode.Usage,
                    $"--registry-upstream wants a registry's address, and \"{text}\" is none",
                    "as in https://mirror.example.com, in Docker Hub's place, or quay.io=https://quay.io, besides"
                );
            var given = new RegistryOptions.Upstream(name, url);
            if (name == hub.Name)
                hub = given;
            else
                others.Add(given);
        }

        return [hub with { User = user, Password = password }, .. others];
    }
}
