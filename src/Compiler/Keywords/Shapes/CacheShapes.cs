using System.Text.RegularExpressions;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary><c>cache</c>: one, or up to four.</summary>
internal static partial class CacheShapes
{
    private static readonly Shape.Text s_keyText = new()
    {
        Wrong = "should be a string or symbol",
        Test = KeyText,
        Schema = All(Pattern(@"^(?![\s\S]*(?:/|%2[fF]))"), Pattern(@"^(?!(?:[.]|%2[eE]){1,2}\z)")),
    };

    private static readonly Shape s_key = new Shape.ByKind("should be a hash, a string or a symbol", Bare: true)
    {
        OnText = s_keyText,
        OnMap = new Shape.Map(new("files", Files(10)), new("files_commits", Files(2)), new("prefix", s_keyText))
        {
            Rules = [new MapRule.ExactlyOne("files", "files_commits")],
        },
    };

    private static readonly Shape s_cache = new Shape.Map(
        new("key", s_key),
        new("untracked", Flag),
        new("paths", Texts),
        Keyword.Part("when", SaveWhen),
        Keyword.Part(
            "policy",
            new Shape.Text
            {
                Wrong = PolicyWrong,
                Test = Policy,
                Schema = Pattern(@"^\z|pull|push|[$][A-Za-z0-9_]"),
            }
        ),
        new("unprotect", Flag),
        new("fallback_keys", Texts)
    )
    {
        Rules = [new MapRule.Test(FallbackKeys) { Schema = Key("fallback_keys", """{"maxItems":5}""") }],
    };

    private const string PolicyWrong = "should be a variable or one of: pull-push, push, pull";

    public static Shape Cache { get; } =
        new Shape.ByKind("can only be a hash or an array")
        {
            OwnName = "caches",
            OnMap = s_cache,
            OnList = new Shape.Items(s_cache, ItemName: null)
            {
                OwnName = "caches",
                Max = 4,
                TooMany = "no more than 4 caches can be created",
            },
        };

    private static Shape.Texts Files(int most) =>
        new()
        {
            Min = 1,
            TooFew = "requires at least 1 item",
            Max = most,
            TooMany = $"has too many items (maximum is {most})",
        };

    private static string? KeyText(string key)
    {
        var path = Uri.UnescapeDataString(key.Replace('+', ' '));
        if (path.Contains('/'))
            return "cannot contain the \"/\" character";
        return path is "." or ".." ? "cannot be \".\" or \"..\"" : null;
    }

    private static Complaint? FallbackKeys(ConfigMapping cache) =>
        cache["fallback_keys"] is ConfigSequence { Items.Count: > 5 }
            ? new Complaint(DiagnosticCode.OutOfLimits, "fallback_keys", "has to many entries (maximum 5)")
            : null;

    /// <summary>GitLab's test looks for one of the words anywhere in the text.</summary>
    private static string? Policy(string policy) => policy.Length == 0 || Policies().IsMatch(policy) ? null : PolicyWrong;

    [GeneratedRegex("pull|push|[$][A-Za-z0-9_]", RegexOptions.CultureInvariant)]
    private static partial Regex Policies();
}
