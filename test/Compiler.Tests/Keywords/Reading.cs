using System.Collections.Immutable;
using Slipway.Compiler.Compose;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Rules;
using Slipway.Compiler.Rules.Expressions;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>A configuration text read as far as keywords go: YAML, extends, references, keywords; no includes.</summary>
internal sealed record Reading(Configuration? Configuration, ImmutableArray<Diagnostic> Diagnostics)
{
    public const string File = ".gitlab-ci.yml";

    public static TextChecks Texts { get; } =
        new(text => Expression.TryParse(text, out _, out _), text => RegexPattern.Parse(text) is not null);

    public IEnumerable<Diagnostic> Errors => Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error);
    public IEnumerable<Diagnostic> Warnings => Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Warning);

    public static Reading Of(string text)
    {
        var bag = new DiagnosticBag();
        var root = Compose(text, bag);
        return new Reading(bag.HasErrors ? null : ConfigurationReader.Read(root!, bag, Texts), bag.ToImmutable());
    }

    /// <summary>A configuration that must be good.</summary>
    public static Configuration Good(string text)
    {
        var reading = Of(text);
        return reading.Configuration
            ?? throw new InvalidOperationException(string.Join('\n', reading.Errors.Select(error => $"{error.At} {error.Message}")));
    }

    public static JobConfig Job(string text) => Good(text).Jobs[^1];

    public static ConfigMapping? Compose(string text, DiagnosticBag bag)
    {
        var file = YamlFile.Read(File, text, bag);
        return file is null ? null : References.Resolve(Extends.Apply(file.Body, new MergeBudget(), bag), bag);
    }
}
