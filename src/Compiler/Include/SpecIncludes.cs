using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary>
/// <c>spec:include</c>: files that hold nothing but <c>inputs:</c>, whose inputs come before those written in the header.
/// https://docs.gitlab.com/ci/yaml/#specinclude
/// </summary>
internal static class SpecIncludes
{
    private const string Spec = "spec";
    private const string Include = "include";
    private const string Inputs = "inputs";

    /// <returns>The file with those inputs in its header and no <c>spec:include</c>; <see langword="null"/> when something is wrong.</returns>
    public static YamlFile? Merge(YamlFile file, IncludeOrigin origin, IncludeExpansion expansion, DiagnosticBag bag)
    {
        if (file.Header?[Spec] is not ConfigMapping spec || spec[Include] is not { } include)
            return file;
        var told = bag.ErrorCount;
        var lists = new List<ConfigMapping>();
        foreach (var text in expansion.FindAll(include, IncludePlace.Header, origin, bag))
        {
            if (Read(text, bag) is { } inputs)
                lists.Add(inputs);
        }
        if (spec[Inputs] is ConfigMapping inline)
            lists.Add(inline);
        CheckDuplicates(lists, include, bag);
        return bag.ErrorCount > told ? null : file with { Header = WithInputs(file.Header, spec, lists) };
    }

    /// <summary>Only the file a pipeline begins with may use it.</summary>
    public static Diagnostic? Refusal(YamlFile file, IncludedText source)
    {
        if (file.Header?[Spec] is not ConfigMapping spec || spec.Entry(Include) is not { } entry)
            return null;
        var message = source.Component is null
            ? $"Included file `{source.Location}` cannot use `spec:include`. This keyword is not supported in included configuration files"
            : $"Component `{source.Location}` cannot use `spec:include`. This keyword is not supported in components";
        return new Diagnostic(DiagnosticCode.InvalidSpec, Severity.Error, message, entry.At) { Help = "Write the inputs into the file." };
    }

    private static ConfigMapping? Read(IncludedText text, DiagnosticBag bag)
    {
        var complaints = new DiagnosticBag();
        var body = YamlFile.Read(text.File, text.Text, complaints)?.Body;
        foreach (var complaint in complaints.ToImmutable())
            bag.Add(text.Named(complaint));
        if (body is null)
            return null;
        var unknown = body.Entries.Where(entry => entry.Key != Inputs).ToList();
        if (unknown.Count > 0)
        {
            var names = string.Join(", ", unknown.Select(entry => ":" + entry.Key));
            bag.Error(DiagnosticCode.InvalidSpec, $"Header include file `{text.Location}` contains unknown keys: [{names}]", unknown[0].At);
        }
        else if (body.Entries.Count == 0)
        {
            bag.Error(DiagnosticCode.IncludeEmpty, $"Included file `{text.Location}` does not have valid YAML syntax!", text.At);
        }
        else if (body[Inputs] is not (ConfigMapping or ConfigScalar { IsNull: true }))
        {
            bag.Error(DiagnosticCode.InvalidSpec, "header:spec:inputs config should be a hash", body[Inputs]!.At);
        }
        return body[Inputs] as ConfigMapping;
    }

    private static void CheckDuplicates(List<ConfigMapping> lists, ConfigNode include, DiagnosticBag bag)
    {
        var twice = lists
            .SelectMany(list => list.Entries)
            .GroupBy(entry => entry.Key, StringComparer.Ordinal)
            .Where(same => same.Count() > 1)
            .ToList();
        if (twice.Count == 0)
            return;
        var names = string.Join(", ", twice.Select(same => same.Key));
        var message =
            $"Duplicate input keys found: {names}. Input keys must be unique across all included files and inline specifications.";
        bag.Error(DiagnosticCode.InvalidSpec, message, include.At);
    }

    private static ConfigMapping WithInputs(ConfigMapping header, ConfigMapping spec, List<ConfigMapping> lists)
    {
        var inputs = new ConfigMapping(spec.At, [.. lists.SelectMany(list => list.Entries)]);
        var kept = spec.Entries.Where(entry => entry.Key != Include && !(entry.Key == Inputs && entry.Value is ConfigMapping));
        var whole = new ConfigMapping(
            spec.At,
            [.. kept, .. lists.Count == 0 ? [] : (ConfigEntry[])[new ConfigEntry(Inputs, spec.At, inputs)]]
        );
        var result = new MappingBuilder(header);
        result.Set(header.Entry(Spec)!.Value with { Value = whole });
        return result.Build(header.At);
    }
}
