using System.Text.Json.Serialization;

namespace Slipway.Server.Registry.Tokens;

/// <summary>Where a repository is: below a project, by number, so that another project of the same path is another place.</summary>
/// <param name="Name">Below the project's path; empty: the project's own.</param>
/// <param name="FullName">With the project's path.</param>
internal sealed record RegistryPlace(long ProjectId, string Name, string FullName)
{
    /// <summary>The group through whose dependency proxy the image comes: there is no repository. 0: it is a project's.</summary>
    public long ProxyOf { get; init; }

    /// <summary>Another repository of the same project: who may pull from one may pull from all.</summary>
    /// <returns>Nothing when the name is none of the project's.</returns>
    public RegistryPlace? Sibling(string fullName)
    {
        var project = Name.Length == 0 ? FullName : FullName[..^(Name.Length + 1)];
        return fullName == project ? new(ProjectId, "", fullName)
            : fullName.StartsWith(project + "/", StringComparison.Ordinal) ? new(ProjectId, fullName[(project.Length + 1)..], fullName)
            : null;
    }
}

/// <summary>What somebody may do in one repository.</summary>
/// <param name="Level">The role there, as a number, for tags that are protected; 60 for an administrator, 0 for who has none.</param>
internal sealed record Grant(RegistryPlace Place, RegistryActions Actions, long Level);

/// <summary>What somebody may do. A token is this, sealed.</summary>
/// <param name="Catalog">May list all repositories.</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
internal sealed record Pass(IReadOnlyList<Grant> Grants, bool Catalog, long ExpiresAt)
{
    /// <summary>The role in a repository.</summary>
    public long LevelIn(RegistryPlace place) => Grants.Where(grant => grant.Place == place).Max(grant => (long?)grant.Level) ?? 0;

    /// <returns>Nothing when it is not allowed.</returns>
    public RegistryPlace? Find(string name, RegistryActions needed) =>
        Grants.FirstOrDefault(grant => grant.Place.FullName == name && (grant.Actions & needed) == needed)?.Place;
}

[JsonSerializable(typeof(Pass))]
[JsonSerializable(typeof(RegistryTokens.Login))]
internal sealed partial class PassJson : JsonSerializerContext;
