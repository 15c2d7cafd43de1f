using System.Text;
using Slipway.Compiler.Yaml;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Inputs;

/// <summary>
/// Replaces <c>$[[ … ]]</c> in the texts and keys of a configuration, once, after it was read and before anything is included. A block
/// that is a whole text becomes the value with its type; inside a longer text it becomes text.
/// https://docs.gitlab.com/ci/inputs/#specify-functions-to-manipulate-input-values
/// </summary>
internal sealed class Interpolation
{
    private const int MostBlocks = 10_000;
    private const int LongestText = 1024 * 1024;

    /// <summary>Characters that replacing may write in all; a long value can be named often.</summary>
    private const int MostWritten = 8 * 1024 * 1024;

    private readonly BlockEvaluation _evaluation;
    private readonly DiagnosticBag _bag;

    /// <summary>Each block by its text; <see langword="null"/> for one that is wrong, which has been told.</summary>
    private readonly Dictionary<string, ConfigNode?> _blocks = new(StringComparer.Ordinal);

    private long _written;
    private bool _stopped;

    private Interpolation(BlockEvaluation evaluation, DiagnosticBag bag)
    {
        _evaluation = evaluation;
        _bag = bag;
    }

    /// <summary>Reads a file's header and values, and puts them into its body.</summary>
    /// <param name="given">What was given as inputs; <see langword="null"/> = nothing.</param>
    /// <param name="component"><see langword="null"/> for a file that is not of a component.</param>
    /// <param name="hasStandIns">What was given does not count; whatever fits will do.</param>
    /// <returns><see langword="null"/> when something is wrong.</returns>
    public static ConfigMapping? Apply(
        YamlFile file,
        ConfigNode? given,
        Func<string, Variable?> variables,
        ComponentContext? component,
        DiagnosticBag bag,
        bool hasStandIns = false
    )
    {
        if (given is not (null or ConfigMapping or ConfigScalar { IsNull: true }))
        {
            bag.Error(DiagnosticCode.InvalidInput, "Given inputs must be a hash", given.At);
            return null;
        }
        var values = given as ConfigMapping ?? new ConfigMapping(file.Body.At, []);
        if (file.Header is null)
            return WithoutHeader(file, values, bag);
        if (InputHeader.Read(file.Header, bag) is not { } specs)
            return null;
        if ((hasStandIns ? InputStandIns.Of(specs) : InputResolution.Resolve(specs, values, bag)) is not { } inputs)
            return null;
        var told = bag.ErrorCount;
        var known = component?.Listed(file.Header) ?? new Dictionary<string, ConfigNode>();
        var result = (ConfigMapping)new Interpolation(new BlockEvaluation(inputs, known, variables), bag).Replace(file.Body);
        if (bag.ErrorCount == told && YamlLimits.Exceeds(result))
            bag.Error(DiagnosticCode.InterpolationTooBig, "config too large", file.Body.At);
        return bag.ErrorCount > told ? null : result;
    }

    private static ConfigMapping? WithoutHeader(YamlFile file, ConfigMapping given, DiagnosticBag bag)
    {
        if (given.Entries.Count == 0)
            return file.Body;
        var help = "Begin the file with spec: and inputs:, and a line --- after them.";
        bag.Error(
            DiagnosticCode.UnknownInput,
            "Given inputs not defined in the `spec` section of the included configuration file",
            given.At,
            help
        );
        return null;
    }

    private ConfigNode Replace(ConfigNode node) =>
        node switch
        {
            ConfigScalar { IsString: true } scalar => Replace(scalar),
            ConfigSequence sequence => Replace(sequence),
            ConfigMapping mapping => Replace(mapping),
            _ => node,
        };

    /// <summary>A text that becomes a list is spliced into the list it stands in.</summary>
    private ConfigSequence Replace(ConfigSequence sequence)
    {
        List<ConfigNode>? items = null;
        for (var i = 0; i < sequence.Items.Count && !_stopped; i++)
        {
            var item = sequence.Items[i];
            var replaced = Replace(item);
            if (!ReferenceEquals(item, replaced))
                items ??= [.. sequence.Items.Take(i)];
            if (item is ConfigScalar && replaced is ConfigSequence inner)
                items!.AddRange(inner.Items);
            else
                items?.Add(replaced);
        }
        return items is null ? sequence : new ConfigSequence(sequence.At, items);
    }

    private ConfigMapping Replace(ConfigMapping mapping)
    {
        MappingBuilder? entries = null;
        for (var i = 0; i < mapping.Entries.Count && !_stopped; i++)
        {
            var entry = mapping.Entries[i];
            var replaced = entry with
            {
                Key = entry.KeyKind == ScalarKind.String ? Text(entry.Key, entry.At) : entry.Key,
                Value = Replace(entry.Value),
            };
            if (entries is null && (!ReferenceEquals(replaced.Key, entry.Key) || !ReferenceEquals(replaced.Value, entry.Value)))
                entries = Copy(mapping, i);
            entries?.Set(replaced);
        }
        return entries?.Build(mapping.At) ?? mapping;
    }

    private static MappingBuilder Copy(ConfigMapping mapping, int count)
    {
        var entries = new MappingBuilder(mapping.Entries.Count);
        for (var i = 0; i < count; i++)
            entries.Set(mapping.Entries[i]);
        return entries;
    }

    private ConfigNode Replace(ConfigScalar scalar)
    {
        if (!BlockPlace.TryFind(scalar.Text, 0, out var block))
            return scalar;
        if (block.Start == 0 && block.End == scalar.Text.Length)
            return Value(scalar.Text, block, scalar.At) ?? scalar;
        return new ConfigScalar(scalar.At, ScalarKind.String, Text(scalar.Text, scalar.At));
    }

    private string Text(string text, Position at)
    {
        if (!BlockPlace.TryFind(text, 0, out var block))
            return text;
        if (text.Length > LongestText)
            return Stop("config node too large", at, text);
        var result = new StringBuilder(text.Length);
        var done = 0;
        do
        {
            result.Append(text, done, block.Start - done);
            if (Value(text, block, at) is { } value)
                result.Append(InputValue.ToText(value));
            done = block.End;
        } while (result.Length <= MostWritten && BlockPlace.TryFind(text, done, out block));
        result.Append(text, done, text.Length - done);
        _written += result.Length;
        return _written > MostWritten ? Stop("config too large", at, text) : result.ToString();
    }

    private string Stop(string problem, Position at, string text)
    {
        if (!_stopped)
            _bag.Error(DiagnosticCode.InterpolationTooBig, problem, at);
        _stopped = true;
        return text;
    }

    private ConfigNode? Value(string text, BlockPlace block, Position at)
    {
        var written = text[block.Start..block.End];
        if (_blocks.TryGetValue(written, out var known))
            return known;
        if (_blocks.Count == MostBlocks)
        {
            Stop("too many interpolation blocks", at, text);
            return null;
        }
        var (value, problem) = _evaluation.Evaluate(written, text[block.DataStart..block.DataEnd], at);
        if (problem is not null)
            _bag.Error(DiagnosticCode.InvalidInterpolation, problem, at, _evaluation.HelpFor(problem));
        return _blocks[written] = value;
    }
}
