namespace Slipway.Server.Ui.Logs;

/// <summary>Words of a log that look alike.</summary>
/// <param name="Style">Classes of the style sheet, <c>f1 bo</c>; empty for plain.</param>
/// <param name="Link">An address of the web, checked; nothing for most.</param>
internal readonly record struct LogText(string Style, string Text, string? Link = null);

/// <summary>What a log says, piece by piece, in the order in which a page shows it.</summary>
internal abstract record LogItem
{
    private LogItem() { }

    /// <param name="Number">From 1: the line's place in the raw log.</param>
    /// <param name="Stamp">When the runner wrote it, <c>12:03:04</c>; nothing when it does not say.</param>
    public sealed record Line(long Number, string? Stamp, IReadOnlyList<LogText> Texts) : LogItem;

    /// <summary>A section begins; what follows is part of it until it closes.</summary>
    /// <param name="Name">The runner's: <c>step_script</c>, or what the script calls it.</param>
    public sealed record Open(long Number, string? Stamp, IReadOnlyList<LogText> Texts, bool Collapsed, string Name) : LogItem
    {
        private static readonly HashSet<string> OfRunner =
        [
            "resolve_secrets",
            "prepare_executor",
            "prepare_script",
            "get_sources",
            "restore_cache",
            "download_artifacts",
            "archive_cache",
            "archive_cache_on_failure",
            "upload_artifacts_on_success",
            "upload_artifacts_on_failure",
            "cleanup_file_variables",
        ];

        /// <summary>It is the runner's own work. Once it is over and all was well nobody reads it, so it folds.</summary>
        public bool IsChore { get; } = OfRunner.Contains(Name);
    }

    /// <param name="Seconds">How long the section took.</param>
    public sealed record Close(long Seconds) : LogItem;
}
