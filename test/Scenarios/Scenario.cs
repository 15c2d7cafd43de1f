using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Slipway.Scenarios;

/// <summary>A scenario folder, read. What each key means stands in README.md beside this file; a key that is not known there fails the scenario.</summary>
internal sealed record Scenario
{
    public required string Says { get; init; }

    /// <summary>Sections of GitLab's rules as README.md lists them; what the scenario is evidence for.</summary>
    public required string Spec { get; init; }

    /// <summary>A reason why a real shell cannot show it (an hour of waiting, say).</summary>
    public string? OnlyPretend { get; init; }

    public RunSpec Run { get; init; } = new();
    public Expectation? Expect { get; init; }
    public IReadOnlyList<Step> Steps { get; init; } = [];

    [JsonIgnore]
    public IReadOnlyList<Step> AllSteps =>
        Steps.Count > 0 ? Steps : [new Step { Run = Run, Expect = Expect ?? throw new InvalidDataException("no expect") }];

    public static Scenario Load(string folder)
    {
        var tree = YamlTree.Read(File.ReadAllText(Path.Combine(folder, FileName)));
        return tree.Deserialize<Scenario>(Format) ?? throw new InvalidDataException(folder + ": empty");
    }

    public const string FileName = "scenario.yml";

    public static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters =
        {
            new TextConverter(),
            new ShortConverter<JobExpectation>(status => new JobExpectation { Status = status }),
            new ShortConverter<ProjectVariable>(value => new ProjectVariable { Value = value }),
            new ShortConverter<FileContent>(text => new FileContent { Text = text }),
        },
    };
}

internal sealed record Step
{
    public RunSpec Run { get; init; } = new();
    public required Expectation Expect { get; init; }
}

/// <summary>One <c>slipway run</c>: what the pipeline is for, what was asked, and what happens meanwhile.</summary>
internal sealed record RunSpec
{
    public string Source { get; init; } = "push";
    public string Ref { get; init; } = "main";
    public string? Tag { get; init; }
    public string? Target { get; init; }
    public string DefaultBranch { get; init; } = "main";
    public bool Protected { get; init; }
    public string Message { get; init; } = "A change";
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, ProjectVariable> ProjectVariables { get; init; } = new Dictionary<string, ProjectVariable>();
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>Paths of the pipeline's own diff; absent: there is no diff.</summary>
    public IReadOnlyList<string>? Changed { get; init; }

    /// <summary>Paths changed against a ref, for <c>compare_to</c>.</summary>
    public IReadOnlyDictionary<string, string[]> ChangedSince { get; init; } = new Dictionary<string, string[]>();

    /// <summary>Files written before the run; <see langword="null"/> deletes.</summary>
    public IReadOnlyDictionary<string, FileContent?> Write { get; init; } = new Dictionary<string, FileContent?>();

    /// <summary>Other projects: <c>GROUP/PROJECT: {REF: {PATH: text}}</c>, the first ref the default branch; refs that are versions are published.</summary>
    public IReadOnlyDictionary<string, Dictionary<string, Dictionary<string, string>>> Projects { get; init; } =
        new Dictionary<string, Dictionary<string, Dictionary<string, string>>>();

    /// <summary>Files of the web, by address; any other address gives 404.</summary>
    public IReadOnlyDictionary<string, string> Web { get; init; } = new Dictionary<string, string>();

    public string File { get; init; } = ".gitlab-ci.yml";
    public IReadOnlyList<string> Jobs { get; init; } = [];
    public bool Needs { get; init; }
    public IReadOnlyList<string> Manual { get; init; } = [];
    public int Parallel { get; init; } = 8;
    public IReadOnlyList<Deed> Meanwhile { get; init; } = [];
}

internal sealed record ProjectVariable
{
    public string Value { get; init; } = "";
    public bool Masked { get; init; }
    public bool File { get; init; }
    public bool Raw { get; init; }
    public string Scope { get; init; } = "*";
}

/// <summary>Text, or a text so many times over.</summary>
internal sealed record FileContent
{
    public string? Text { get; init; }
    public string? Head { get; init; }
    public string? Repeat { get; init; }
    public int Times { get; init; }
    public string? Tail { get; init; }

    public string Whole =>
        Text ?? Head + string.Concat(Enumerable.Range(0, Times).Select(i => Repeat?.Replace("{i}", i.ToString()))) + Tail;
}

/// <summary>Something a person does while the pipeline runs: after a job has started or finished, or some job has shown a line.</summary>
internal sealed record Deed
{
    public string? Started { get; init; }
    public string? Finished { get; init; }

    /// <summary>The job has shown this line.</summary>
    public string? Line { get; init; }

    /// <summary><c>cancel</c>, <c>cancel JOB</c>, <c>play JOB</c>, <c>retry JOB</c> or <c>abort</c>.</summary>
    public required string Do { get; init; }

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
}

internal sealed record Expectation
{
    public int? Exit { get; init; }

    /// <summary>The pipeline's; absent when none is created.</summary>
    public string? Status { get; init; }

    public string? Name { get; init; }

    /// <summary>Every job of the pipeline, a child's under <c>bridge &gt; job</c>.</summary>
    public IReadOnlyDictionary<string, JobExpectation> Jobs { get; init; } = new Dictionary<string, JobExpectation>();

    /// <summary>Jobs left out, with a part of the reason; exactly these.</summary>
    public IReadOnlyDictionary<string, string>? Excluded { get; init; }

    public string? Refusal { get; init; }

    /// <summary>Exactly these, in this order.</summary>
    public IReadOnlyList<ErrorExpectation> Errors { get; init; } = [];

    /// <summary>Parts of the warnings, exactly as many as there are; absent: not looked at.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>Lines that must stand in the merged configuration.</summary>
    public IReadOnlyList<string> Merged { get; init; } = [];
}

internal sealed record ErrorExpectation
{
    public required string Message { get; init; }
    public string? File { get; init; }
    public int? Line { get; init; }
    public int? Column { get; init; }
}

internal sealed record JobExpectation
{
    public required string Status { get; init; }
    public string? Reason { get; init; }
    public int? ExitCode { get; init; }
    public int Attempts { get; init; } = 1;
    public bool? AllowFailure { get; init; }
    public string? Stage { get; init; }
    public double? Coverage { get; init; }
    public JsonObject? Tests { get; init; }

    /// <summary>Jobs that have finished before this one starts.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Jobs that have not finished when this one starts.</summary>
    public IReadOnlyList<string> NotAfter { get; init; } = [];

    /// <summary>Jobs that do not run at the same time as this one.</summary>
    public IReadOnlyList<string> Apart { get; init; } = [];

    /// <summary>Seconds between the start of the run and the job's own, at least.</summary>
    public double? NotBefore { get; init; }

    /// <summary>Whole lines of the last attempt's log; after <c>~ </c> a part of one.</summary>
    public IReadOnlyList<string> Log { get; init; } = [];

    public IReadOnlyList<string> LogLacks { get; init; } = [];

    /// <summary>Every file of the job's artifacts.</summary>
    public IReadOnlyList<string>? Artifacts { get; init; }

    /// <summary>Parts of what the runner is handed, in GitLab's JSON names.</summary>
    public JsonObject? Payload { get; init; }

    /// <summary>Parts of the compiled job, property names in snake_case.</summary>
    public JsonObject? Compiled { get; init; }
}

/// <summary>What may be written as a map, or as one text that says the most important of it.</summary>
internal sealed class ShortConverter<T>(Func<string, T> fromText) : JsonConverter<T>
    where T : class
{
    private JsonSerializerOptions? _whole;

    public override T? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return fromText(JsonSerializer.Deserialize<string>(ref reader, options) ?? "");
        if (_whole is null)
        {
            var whole = new JsonSerializerOptions(options);
            whole.Converters.Remove(this);
            _whole = whole;
        }
        return JsonSerializer.Deserialize<T>(ref reader, _whole);
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary>YAML numbers and booleans where text is wanted: as they were written.</summary>
internal sealed class TextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
            _ => reader.GetString(),
        };

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() ?? "";

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
