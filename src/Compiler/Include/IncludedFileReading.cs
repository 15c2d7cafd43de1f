using Slipway.Compiler.Inputs;
using Slipway.Compiler.Yaml;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Include;

/// <summary>Reads included files and puts their inputs in. What is wrong is told with the file's name before it, and the way it came, as GitLab does.</summary>
internal sealed class IncludedFileReading
{
    /// <summary>What has been read well need not be read again: one file may be included 150 times.</summary>
    private readonly Dictionary<string, (string Text, YamlFile File)> _read = new(StringComparer.Ordinal);

    /// <returns><see langword="null"/> when something is wrong.</returns>
    public ConfigMapping? Body(IncludedText source, IncludeExpansion expansion, DiagnosticBag bag)
    {
        var complaints = new DiagnosticBag();
        var file = Read(source, complaints);
        if (file is not null && !source.IsRoot && SpecIncludes.Refusal(file, source) is { } refusal)
        {
            bag.Add(refusal with { Trail = [("included from", source.At)] });
            return null;
        }
        var body = file is null ? null : Interpolated(file, source, expansion, complaints);
        foreach (var complaint in complaints.ToImmutable())
            bag.Add(source.Named(complaint));
        if (body is null || body.Entries.Count > 0)
            return body;
        var message = $"Included file `{source.Location}` does not have valid YAML syntax!";
        bag.Error(DiagnosticCode.IncludeEmpty, message, source.At, "There is nothing in it but comments.");
        return null;
    }

    private YamlFile? Read(IncludedText source, DiagnosticBag complaints)
    {
        if (_read.TryGetValue(source.File, out var known) && known.Text == source.Text)
            return known.File;
        var file = YamlFile.Read(source.File, source.Text, complaints);
        if (file is not null && complaints.Count == 0)
            _read[source.File] = (source.Text, file);
        return file;
    }

    private static ConfigMapping? Interpolated(YamlFile file, IncludedText source, IncludeExpansion expansion, DiagnosticBag complaints)
    {
        var told = complaints.ErrorCount;
        if (SpecIncludes.Merge(file, source.Origin, expansion, complaints) is not { } whole)
            return null;
        Func<string, Variable?> variables = source.From.SeesVariables ? expansion.Scope.Variable : _ => null;
        var body = Interpolation.Apply(whole, source.Inputs, variables, source.Component ?? source.From.Component, complaints);
        return complaints.ErrorCount > told ? null : body;
    }
}
