using System.Text.RegularExpressions;
using Slipway.Compiler.Rules;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Protection;

/// <summary>
/// A rule for the tags whose names its pattern is found in: the least role that pushes and deletes them; or, with neither, that such a tag is never changed.
/// https://docs.gitlab.com/user/packages/container_registry/protected_container_tags/ and …/immutable_container_tags/
/// </summary>
internal sealed record TagRule(RegistryTagRuleRow Row)
{
    /// <summary>Above every role: an administrator's level.</summary>
    public const long Administrator = 60;

    /// <summary>Letters of a pattern.</summary>
    public const int LongestPattern = 100;

    /// <summary>What a rule may ask for, in GitLab's words.</summary>
    public static readonly IReadOnlyDictionary<string, long> Levels = new Dictionary<string, long>
    {
        ["maintainer"] = (long)Role.Maintainer,
        ["owner"] = (long)Role.Owner,
        ["admin"] = Administrator,
    };

    /// <summary>What <see cref="LevelOf"/> makes of a word that is none. Such a rule is not kept.</summary>
    private const long NoLevel = -1;

    private readonly Regex? _pattern = Re2.Compile(Row.Pattern);

    /// <summary>Nobody changes such a tag once it is there.</summary>
    public bool IsImmutable => Row.PushLevel is null && Row.DeleteLevel is null;

    /// <summary>Linear in the name's length.</summary>
    public bool IsAbout(string tag) => _pattern?.IsMatch(tag) == true;

    /// <summary>The level of one of GitLab's words.</summary>
    public static long LevelOf(string word) => Levels.GetValueOrDefault(word, NoLevel);

    /// <returns>GitLab's word; nothing for none.</returns>
    public static string? WordOf(long? level) => Levels.FirstOrDefault(one => one.Value == level).Key;
}
