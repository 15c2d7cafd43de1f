using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.Protocol;

/// <summary>
/// Reads the wire's JSON as gitlab-runner and GitLab do (runner-protocol §1.2): unknown members are skipped, a member that is <c>null</c> is the
/// same as one that is absent, and a value of the wrong type makes the whole text wrong.
/// </summary>
public static class WireJson
{
    /// <summary>The one member whose value is anybody's data, <c>inputs[].value.content</c>: nulls in it stay.</summary>
    private static ReadOnlySpan<byte> Opaque => "content"u8;

    /// <param name="json">UTF-8, at most 64 levels deep.</param>
    /// <exception cref="JsonException">It is no JSON, or not of this shape.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        var slim = new ArrayBufferWriter<byte>(Math.Max(16, json.Length));
        using (var writer = new Utf8JsonWriter(slim))
            CopyWithoutNulls(json, writer);
        return JsonSerializer.Deserialize(slim.WrittenSpan, type) ?? throw new JsonException("There is nothing in it.");
    }

    private static void CopyWithoutNulls(ReadOnlySpan<byte> json, Utf8JsonWriter writer)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var (name, opaque) = (Name(ref reader), reader.ValueTextEquals(Opaque));
                reader.Read();
                if (reader.TokenType == JsonTokenType.Null)
                    continue;
                writer.WritePropertyName(name);
                if (opaque)
                {
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    writer.WriteRawValue(json[start..(int)reader.BytesConsumed]);
                    continue;
                }
            }

            CopyToken(json, ref reader, writer);
        }
    }

    private static string Name(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("The name of a member is not UTF-8.", e);
        }
    }

    private static void CopyToken(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            default:
                writer.WriteRawValue(json[(int)reader.TokenStartIndex..(int)reader.BytesConsumed], skipInputValidation: true);
                break;
        }
    }
}
