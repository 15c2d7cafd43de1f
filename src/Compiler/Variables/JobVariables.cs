using System.Collections.Immutable;
using System.Globalization;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Variables;

/// <summary>What is predefined for one job alone, as far as it is known before it runs (gitlab-ci-yaml §11).</summary>
internal static class JobVariables
{
    /// <param name="name">With its parallel or matrix ending.</param>
    /// <param name="isManual">The job waits to be played or for its time.</param>
    /// <param name="index">1-based, of parallel jobs.</param>
    public static ImmutableArray<Variable> Of(string name, string stage, bool isManual, int? index, int total)
    {
        var all = ImmutableArray.CreateBuilder<Variable>(7);
        all.Add(new Variable("CI_JOB_NAME", name));
        all.Add(new Variable("CI_JOB_NAME_SLUG", Slugs.Of(name)));
        all.Add(new Variable("CI_JOB_GROUP_NAME", GroupName(name)));
        all.Add(new Variable("CI_JOB_STAGE", stage));
        if (isManual)
            all.Add(new Variable("CI_JOB_MANUAL", "true"));
        if (index is { } number)
            all.Add(new Variable("CI_NODE_INDEX", number.ToString(CultureInfo.InvariantCulture)));
        all.Add(new Variable("CI_NODE_TOTAL", total.ToString(CultureInfo.InvariantCulture)));
        return all.DrainToImmutable();
    }

    /// <summary>The environment's, in the order GitLab has them: on top of everything else.</summary>
    public static ImmutableArray<Variable> OfEnvironment(DeployEnvironment environment)
    {
        var all = ImmutableArray.CreateBuilder<Variable>(5);
        all.Add(new Variable("CI_ENVIRONMENT_NAME", environment.Name));
        all.Add(new Variable("CI_ENVIRONMENT_SLUG", environment.Slug));
        all.Add(new Variable("CI_ENVIRONMENT_ACTION", environment.Action));
        all.Add(new Variable("CI_ENVIRONMENT_TIER", environment.Tier ?? "other"));
        if (environment.Url is { } url)
            all.Add(new Variable("CI_ENVIRONMENT_URL", url));
        return all.DrainToImmutable();
    }

    /// <summary>
    /// GitLab's grouping, which goes by the name alone: without <c> 1/3</c> (<c>1:3</c> and <c>1 3</c> as well) and <c>: [a, b]</c> at the end, up to
    /// three of them.
    /// </summary>
    public static string GroupName(string name)
    {
        for (var i = 1; i < name.Length; i++)
            if (IsSeparator(name[i]) && !IsSeparator(name[i - 1]) && IsEnding(name, i, 3))
                return name[..i].Trim();
        return name.Trim();
    }

    private static bool IsSeparator(char c) => c is ' ' or ':' or '\t' or '\n' or '\r' or '\f' or '\v' or '\b';

    /// <summary>From here on there are only endings, at most so many.</summary>
    private static bool IsEnding(string name, int at, int atMost)
    {
        var start = at;
        while (at < name.Length && IsSeparator(name[at]))
            at++;
        if (at == start || at == name.Length || atMost == 0)
            return false;
        if (name[at] != '[')
            return IsIndex(name, ref at) && IsEndOrEnding(name, at, atMost - 1);
        for (var close = name.LastIndexOf(']'); close > at; close = name.LastIndexOf(']', close - 1))
            if (IsEndOrEnding(name, close + 1, atMost - 1))
                return true;
        return false;
    }

    private static bool IsEndOrEnding(string name, int at, int atMost) =>
        name.AsSpan(at).IsWhiteSpace() || (IsSeparator(name[at]) && IsEnding(name, at, atMost));

    /// <summary><c>1/3</c>.</summary>
    private static bool IsIndex(string name, ref int at)
    {
        if (!SkipDigits(name, ref at))
            return false;
        var start = at;
        while (at < name.Length && (IsSeparator(name[at]) || name[at] is '/' or '\\'))
            at++;
        return at > start && SkipDigits(name, ref at);
    }

    private static bool SkipDigits(string name, ref int at)
    {
        var start = at;
        while (at < name.Length && char.IsAsciiDigit(name[at]))
            at++;
        return at > start;
    }
}
