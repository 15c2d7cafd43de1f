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
    public const int MostIncludes = 150;

    /// <summary>All files together, in characters.</summary>
    private const long MostText = 64L * 1024 * 1024;

    private const string Key = "include";

    private readonly IncludeOrigin _own = IncludeOrigin.Of(tree);
    private readonly MergeBudget _budget = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly ImmutableArray<string>.Builder _files = ImmutableArray.CreateBuilder<string>();
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly IncludedFileReading _reading = new();
    private readonly IncludeChain _open = new();

    private DiagnosticBag? _inHand;
    private int _count;
    private long _text;

    public IncludeScope Scope => scope;

    /// <summary>Where to tell what is wrong with the include in hand.</summary>
    public DiagnosticBag Bag => _inHand ?? bag;

    public ImmutableArray<string> Files => _files.ToImmutable();

    /// <summary>The root file's document with <c>spec:</c>, what it includes written into it; there before anybody looks at the values that were given.</summary>
    public ConfigMapping? Header { get; private set; }

    /// <summary>The texts of the files that are not in the project's tree, by name.</summary>
    public IReadOnlyDictionary<string, string> Texts => _texts;

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
        var told = bag.ErrorCount;
        if (SpecIncludes.Merge(file, _own, this, bag) is not { } whole)
            return null;
        Header = whole.Header;
        if (Interpolation.Apply(whole, inputs, scope.Variable, null, bag, scope.HasStandIns) is not { } body || bag.ErrorCount > told)
            return null;
        _open.EnterRoot(name);
        body = Expand(body, _own);
        _open.Leave();
        return file with { Body = body };
    }

    /// <summary>A child pipeline's configuration: nothing but includes.</summary>
    public ConfigMapping ExpandTrigger(ImmutableArray<RootInclude> files)
    {
        var sources = new List<IncludedText>();
        foreach (var file in files)
        {
            foreach (var entry in IncludeEntry.Read(TriggerItem.Of(file.Include, bag), IncludePlace.Body, _own, scope, bag))
            {
                var found = entry.Kind == "artifact" ? ArtifactInclude.OfTrigger(entry, file.Text, this) : Find(entry);
                sources.AddRange(found.Take(MostIncludes).Select(text => Placed(text, entry) with { IsRoot = true }));
            }
        }
        var at = files.IsEmpty ? new Position("", 1, 1) : files[0].Include.At;
        return MergeAll(sources, new ConfigMapping(at, []));
    }

    private ConfigMapping Expand(ConfigMapping body, IncludeOrigin origin)
    {
        if (body[Key] is not { } include)
            return body;
        var complaints = new DiagnosticBag();
        var sources = FindAll(include, IncludePlace.Body, origin, complaints);
        Pass(complaints, _open.Trail());
        return MergeAll(sources, body);
    }

    /// <summary>The files that an <c>include:</c> names, with what their items say.</summary>
    public List<IncludedText> FindAll(ConfigNode include, IncludePlace place, IncludeOrigin origin, DiagnosticBag complaints)
    {
        var sources = new List<IncludedText>();
        _inHand = complaints;
        foreach (var entry in IncludeEntry.Read(include, place, origin, scope, complaints))
        {
            var found = Find(entry).Take(MostIncludes + 1).Select(text => Placed(text, entry)).ToList();
            if (AreTooMany(found, entry))
                break;
            sources.AddRange(found);
        }
        _inHand = null;
        return sources;
    }

    private IncludedText Placed(IncludedText text, IncludeEntry entry) =>
        text with
        {
            File = scope.Mask(text.File),
            Location = scope.Mask(text.Location),
            From = entry.Origin,
            Inputs = entry.Whole["inputs"],
            ByWildcard = entry.Wildcard is not null,
            IsOutside = entry.Kind != "local" || entry.Origin.Prefix.Length > 0,
        };

    /// <summary>
    /// Each use of a file counts, as with GitLab; what is not there counts too. A circle can only end at the limit, so it is told at once, in the
    /// same words.
    /// </summary>
    private bool AreTooMany(List<IncludedText> found, IncludeEntry entry)
    {
        _count += entry.Wildcard is null ? Math.Max(found.Count, 1) : found.Count;
        var round = found.Find(_open.ComesRound);
        if ((_count <= MostIncludes && round is null) || Stopped)
            return Stopped;
        var help = (round ?? found.FirstOrDefault()) is { } file ? _open.Circle(file.File) : null;
        Stop(DiagnosticCode.TooManyIncludes, $"Maximum of {MostIncludes} nested includes are allowed!", entry.At, help);
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
        var layers = sources.TakeWhile(_ => !Stopped).Select(Open).OfType<ConfigMapping>();
        var merged = DeepMerge.OfAll(layers, body, _budget);
        if (_budget.Exhausted && !Stopped)
            Stop(DiagnosticCode.MergedTooBig, YamlLimits.TooBig, body.At, null);
        return merged.Has(Key) ? new ConfigMapping(merged.At, [.. merged.Entries.Where(entry => entry.Key != Key)]) : merged;
    }

    private void Stop(string code, string message, Position at, string? help)
    {
        Stopped = true;
        bag.Add(new Diagnostic(code, Severity.Error, message, at) { Help = help, Trail = _open.Trail() });
    }

    private void Pass(DiagnosticBag complaints, ImmutableArray<(string Label, Position At)> trail)
    {
        foreach (var complaint in complaints.ToImmutable())
            bag.Add(complaint with { Trail = [.. complaint.Trail, .. trail] });
    }

    /// <summary>Reads one included file and what it includes.</summary>
    private ConfigMapping? Open(IncludedText source)
    {
        if (_seen.Add(source.File))
            _files.Add(source.File);
        if (source.IsOutside)
            _texts[source.File] = source.Text;
        bag.Included(source.File, source.At);
        _text += source.Text.Length;
        if (_text > MostText)
        {
            Stop(DiagnosticCode.IncludesTooBig, "Total size of combined CI/CD configuration is too big", source.At, null);
            return null;
        }
        var complaints = new DiagnosticBag();
        var read = _reading.Body(source, this, complaints);
        Pass(complaints, _open.Trail());
        if (read is null)
            return null;
        _open.Enter(source);
        var body = Expand(read, source.Origin);
        _open.Leave();
        return body;
    }
}
