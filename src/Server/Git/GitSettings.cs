namespace Slipway.Server.Git;

/// <summary>Git's configuration, all of it: what stands in a repository's own file decides nothing. https://git-scm.com/docs/git-config</summary>
internal static class GitSettings
{
    /// <summary>What git may take from a history that older tools wrote: GitLab's list.</summary>
    public const string Fsck = "badTimezone=ignore,missingSpaceBeforeDate=ignore,zeroPaddedFilemode=ignore";

    public static readonly IReadOnlyList<(string Name, string Value)> All =
    [
        // Nothing is started, and nothing is reached, that we did not ask for.
        ("core.hooksPath", "/dev/null"),
        ("core.fsmonitor", "false"),
        ("core.attributesFile", "/dev/null"),
        ("protocol.allow", "never"),
        ("safe.directory", "*"),
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
        // What is acknowledged is on the disk.
        ("core.fsync", "all"),
        ("core.fsyncMethod", "fsync"),
        ("core.filesRefLockTimeout", "10000"),
        ("core.packedRefsTimeout", "10000"),
        // Objects that would harm a client are no objects.
        ("core.protectHFS", "true"),
        ("core.protectNTFS", "true"),
        ("transfer.fsckObjects", "true"),
        // Memory: a delta of a large file helps nobody.
        ("core.bigFileThreshold", "50m"),
        ("pack.windowMemory", "100m"),
        ("pack.threads", "2"),
        // Fetching: any filter, any reachable commit, and only refs that are somebody's business.
        ("uploadpack.allowFilter", "true"),
        ("uploadpack.allowReachableSHA1InWant", "true"),
        ("uploadpack.hideRefs", "refs/"),
        ("uploadpack.hideRefs", "!refs/heads/"),
        ("uploadpack.hideRefs", "!refs/tags/"),
        ("uploadpack.hideRefs", "!refs/notes/"),
        ("uploadpack.hideRefs", "!refs/pipelines/"),
        ("uploadpack.hideRefs", "!refs/merge-requests/"),
        // Upkeep, which we start ourselves.
        ("gc.autoDetach", "false"),
        ("gc.pruneExpire", "2.weeks.ago"),
        ("repack.writeBitmaps", "true"),
        ("core.quotePath", "false"),
        ("log.showSignature", "false"),
    ];
}
