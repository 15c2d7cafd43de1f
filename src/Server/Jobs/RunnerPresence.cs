namespace Slipway.Server.Jobs;

/// <summary>Whether a runner, or one of its processes, is there, in GitLab's words. https://docs.gitlab.com/ci/runners/runners_scope/#runner-statuses</summary>
internal static class RunnerPresence
{
    public const string Online = "online";
    public const string Offline = "offline";
    public const string Stale = "stale";
    public const string NeverContacted = "never_contacted";

    private static readonly TimeSpan OnlineFor = TimeSpan.FromHours(2);
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(7);

    /// <summary>All in unix milliseconds.</summary>
    public static string Of(long? contactedAt, long createdAt, long now) =>
        contactedAt is null
            ? now - createdAt > StaleAfter.TotalMilliseconds
                ? Stale
                : NeverContacted
            : now - contactedAt <= OnlineFor.TotalMilliseconds
                ? Online
                : now - contactedAt > StaleAfter.TotalMilliseconds
                    ? Stale
                    : Offline;
}
