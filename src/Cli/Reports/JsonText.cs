using System.Text.Encodings.Web;
using System.Text.Json;

namespace Slipway.Cli.Reports;

/// <summary>JSON for scripts: written by hand, so that names and order are what the contract says and nothing is reflected at start-up.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line, for events.</summary>
    public static JsonWriterOptions Line { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Stream to, Action<Utf8JsonWriter> content)
    {
        using (var json = new Utf8JsonWriter(to, Readable))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        to.WriteByte((byte)'\n');
    }

    /// <summary>A list is the whole document.</summary>
    public static void WriteList(Stream to, Action<Utf8JsonWriter> items)
    {
        using (var json = new Utf8JsonWriter(to, Readable))
        {
            json.WriteStartArray();
            items(json);
            json.WriteEndArray();
        }

        to.WriteByte((byte)'\n');
    }

    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    public static void WriteNumber(this Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
