namespace Slipway.Server.Ui.Parts;

/// <summary>Bytes, as people say them.</summary>
internal static class Sizes
{
    public static string Of(long bytes) =>
        bytes < 1024 ? $"{bytes} B"
        : bytes < 1024 * 1024 ? $"{bytes / 1024.0:0.#} KiB"
        : bytes < 1024L * 1024 * 1024 ? $"{bytes / 1024.0 / 1024:0.#} MiB"
        : $"{bytes / 1024.0 / 1024 / 1024:0.#} GiB";
}
