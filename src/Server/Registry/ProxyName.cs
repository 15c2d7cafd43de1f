namespace Slipway.Server.Registry;

/// <summary>
/// An image of another registry, as a group's dependency proxy has it: <c>group/sub/dependency_proxy/containers/alpine</c>.
/// https://docs.gitlab.com/user/packages/dependency_proxy/
/// </summary>
/// <param name="Group">The group's full path.</param>
/// <param name="Image">As its own registry has it: <c>alpine</c>, <c>grafana/grafana</c>, <c>quay.io/podman/stable</c>.</param>
internal sealed record ProxyName(string Group, string Image)
{
    /// <summary>What tokens for it are asked for with.</summary>
    public const string Service = "dependency_proxy";

    private const string Infix = "/dependency_proxy/containers/";

    /// <returns>Nothing when the name is a repository's of this server.</returns>
    public static ProxyName? Parse(string name)
    {
        var at = name.IndexOf(Infix, StringComparison.Ordinal);
        return at > 0 && at + Infix.Length < name.Length ? new ProxyName(name[..at], name[(at + Infix.Length)..]) : null;
    }
}
