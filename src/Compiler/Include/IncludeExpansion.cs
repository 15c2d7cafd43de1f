using System.Collections.Immutable;
using Slipway.Compiler.Compose;
using Slipway.Compiler.Inputs;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary>
/// Expands <c>include</c>, depth first: the files a file includes are merged in order, each with its own includes already in it, and the
/// file itself is laid over them. https://docs.gitlab.com/ci/yaml/includes/
/// </summary>
internal sealed class IncludeExpansion(ProjectTree tree, IncludeScope scope, DiagnosticBag bag)
{
    private const int MostIncludes = 150;

    /// <summary>All files together, in characters.</summary>
    private const long MostText = 64L * 1024 * 1024;

    private const string Key = "include";

    private readonly MergeBudget _budget = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly ImmutableArray<string>.Builder _files = ImmutableArray.CreateBuilder<string>();

    /// <summary>The files being expanded, the root first, with the place of the include that led on.</summary>
    private readonly List<(string File, Position? IncludedAt)> _open = [];

    private int _count;
    private long _text;

    public ProjectTree Tree => tree;
    public DiagnosticBag Bag => bag;
    public ImmutableArray<string> Files => _files.ToImmutable();

    /// <summary>Over one of the limits: what follows is not looked at, and that has been told.</summary>
    public bool Stopped { get; private set; }

    public bool HasIncluded(string file) => _seen.Contains(file);

    public YamlFile? ExpandRoot(string name, string text)
    {
        if (_seen.Add(name))
            _files.Add(name);
        if (YamlFile.Read(name, text, bag) is not { } file)
            return null;
        var inputs = GivenInputs.FromTexts(scope.Inputs, new Position(name, 1, 1));
        if (Interpolate(file, inputs, bag) is not { } body)
            return null;
        _open.Add((name, null));
        body = Expand(body);
        _open.RemoveAt(_open.Count - 1);
        return file with { Body = body };
    }

    /// <summary>A child pipeline's configuration: nothing but includes.</summary>
    public ConfigMapping ExpandTrigger(ImmutableArray<RootInclude> files)
    {
        var sources = new List<IncludedText>();
        foreach (var file in files)
        {
            var include = file.Include;
            var found = include.Kind switch
            {
                "artifact" => ArtifactInclude.OfTrigger(file, bag),
                "template" => TemplateInclude.Find(include.Path, include.At, bag),
                _ => LocalInclude.Find(include.Path, include.At, this),
            };
            var inputs = GivenInputs.FromTexts(include.Inputs, include.At);
            sources.AddRange(found.Select(text => text with { Inputs = inputs }));
        }
        var at = files.IsEmpty ? new Position("", 1, 1) : files[0].Include.At;
        return MergeAll(sources, new ConfigMapping(at, []));
    }

    private ConfigMapping Expand(ConfigMapping body)
    {
        return body[Key] is { } include ? MergeAll(FindAll(include, IncludePlace.Body, bag), body) : body;
    }

    /// <summary>The files that an <c>include:</c> names, with what their items say.</summary>
    public List<IncludedText> FindAll(ConfigNode include, IncludePlace place, DiagnosticBag complaints)
    {
        var sources = new List<IncludedText>();
        foreach (var entry in IncludeEntry.Read(include, place, scope, complaints))
        {
            var found = Find(entry).Take(MostIncludes + 1).Select(text => text with { Inputs = entry.Whole["inputs"] }).ToList();
            if (AreTooMany(found, entry.At))
                break;
            sources.AddRange(found);
        }
        return sources;
    }

    /// <summary>Each use of a file counts, as with GitLab, so a circle of includes ends here as well; what is not there counts too.</summary>
    private bool AreTooMany(List<IncludedText> found, Position at)
    {
        _count += Math.Max(found.Count, 1);
        if (_count <= MostIncludes || Stopped)
            return Stopped;
        Stop(
            DiagnosticCode.TooManyIncludes,
            $"Maximum of {MostIncludes} nested includes are allowed!",
            at,
            found is [var first, ..] ? Circle(first.File) : null
        );
        return true;
    }

    private IEnumerable<IncludedText> Find(IncludeEntry entry) =>
        entry.Kind switch
        {
            "local" => LocalInclude.Find(entry, this),
            "project" => ProjectInclude.Find(entry, this),
            "remote" => RemoteInclude.Find(entry, this),
            "template" => TemplateInclude.Find(entry, this),
            "component" => ComponentInclude.Find(entry, this),
            "artifact" => ArtifactInclude.Find(entry, this),
            _ => throw new ArgumentOutOfRangeException(nameof(entry)),
        };

    private ConfigMapping MergeAll(List<IncludedText> sources, ConfigMapping body)
    {
        var merged = new ConfigMapping(body.At, []);
        foreach (var source in sources)
        {
            if (Stopped)
                break;
            if (Open(source) is { } included)
                merged = DeepMerge.Of(merged, included, _budget);
        }
        merged = DeepMerge.Of(merged, body, _budget);
        if (_budget.Exhausted && !Stopped)
            Stop(DiagnosticCode.MergedTooBig, YamlLimits.TooBig, body.At, null);
        return Without(merged, Key);
    }

    private string? Circle(string file)
    {
        var first = _open.FindIndex(open => open.File == file);
        if (first < 0)
            return null;
        var again = _open.FindIndex(first + 1, open => open.File == file);
        var names = _open.GetRange(first, (again < 0 ? _open.Count : again) - first).Select(open => open.File).Take(10);
        return $"These files include each other without end: {string.Join(" → ", [.. names, file])}.";
    }

    private void Stop(string code, string message, Position at, string? help)
    {
        Stopped = true;
        bag.Error(code, message, at, help);
    }

    /// <summary>Reads one included file and what it includes; complaints about its text carry its name, as GitLab's do.</summary>
    private ConfigMapping? Open(IncludedText source)
    {
        if (_seen.Add(source.File))
            _files.Add(source.File);
        _text += source.Text.Length;
        if (_text > MostText)
        {
            Stop(DiagnosticCode.IncludesTooBig, "Total size of combined CI/CD configuration is too big", source.At, null);
            return null;
        }
        if (Read(source) is not { } body)
            return null;
        if (body.Entries.Count == 0)
        {
            var message = $"Included file `{source.Location}` does not have valid YAML syntax!";
            bag.Error(DiagnosticCode.IncludeEmpty, message, source.At, "There is nothing in it but comments.");
            return null;
        }
        _open.Add((source.File, source.At));
        body = Expand(body);
        _open.RemoveAt(_open.Count - 1);
        return body;
    }

    private ConfigMapping? Read(IncludedText source)
    {
        var complaints = new DiagnosticBag();
        var file = YamlFile.Read(source.File, source.Text, complaints);
        var body = file is null ? null : Interpolate(file, source.Inputs, complaints);
        source.TellAll(complaints, bag);
        return body;
    }

    private ConfigMapping? Interpolate(YamlFile file, ConfigNode? inputs, DiagnosticBag complaints)
    {
        var told = bag.ErrorCount + complaints.ErrorCount;
        if (SpecIncludes.Merge(file, this, complaints) is not { } whole)
            return null;
        var body = Interpolation.Apply(whole, inputs, scope.Variable, complaints);
        return bag.ErrorCount + complaints.ErrorCount > told ? null : body;
    }

    private static ConfigMapping Without(ConfigMapping mapping, string key) =>
        mapping.Has(key) ? new ConfigMapping(mapping.At, [.. mapping.Entries.Where(entry => entry.Key != key)]) : mapping;
}

/// <summary>A file that is to be included.</summary>
/// <param name="File">Its name in positions.</param>
/// <param name="At">The place of the include.</param>
internal sealed record IncludedText(string File, string Text, Position At)
{
    /// <summary>Its name in GitLab's messages: as the include says it.</summary>
    public string Location { get; init; } = File;

    /// <summary><c>include:inputs</c>, as written.</summary>
    public ConfigNode? Inputs { get; init; }

    /// <summary>Passes on what is wrong with this file, with its name before it and the way it came, as GitLab does.</summary>
    public void TellAll(DiagnosticBag complaints, DiagnosticBag bag)
    {
        foreach (var complaint in complaints.ToImmutable())
        {
            var message = $"`{Location}`: {complaint.Message}";
            bag.Add(complaint with { Message = message, Trail = [.. complaint.Trail, ("included from", At)] });
        }
    }
}
