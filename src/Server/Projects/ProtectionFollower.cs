using Slipway.Server.Data;

namespace Slipway.Server.Projects;

/// <summary>Does, in the same transaction, what follows when a project's rules for branches or tags have changed.</summary>
/// <param name="kind"><see cref="ProtectedRefs.Branch"/> or <see cref="ProtectedRefs.Tag"/>.</param>
internal delegate Task ProtectionFollower(Session session, long project, string kind, CancellationToken ct);
