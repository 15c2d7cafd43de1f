using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary>What a top-level entry is. GitLab goes by the keys that are there, not by their values.</summary>
internal static class JobKind
{
    /// <summary>Names that are never jobs. <c>default</c> and <c>workflow</c> may be: see <see cref="IsJob"/>.</summary>
    private static readonly HashSet<string> s_reserved =
    [
        "include",
        "before_script",
        "image",
        "services",
        "after_script",
        "variables",
        "stages",
        "cache",
    ];

    /// <returns><see cref="Where.Job"/>, <see cref="Where.TriggerJob"/>, or <see cref="Where.Nowhere"/> for what is shaped like neither.</returns>
    public static Where Of(ConfigNode value) =>
        value is not ConfigMapping map ? Where.Nowhere
        : map.Has("script") || map.Has("run") ? Where.Job
        : map.Has("trigger") || map.Has("needs") ? Where.TriggerJob
        : Where.Nowhere;

    public static bool IsHidden(string name) => name.StartsWith('.');

    /// <summary>Whether a top-level entry is, or is meant to be, a visible job.</summary>
    public static bool IsJob(in ConfigEntry entry) =>
        !IsHidden(entry.Key)
        && !s_reserved.Contains(entry.Key)
        && (entry.Key is not ("default" or "workflow") || Of(entry.Value) != Where.Nowhere);
}
