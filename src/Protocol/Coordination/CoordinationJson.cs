using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Protocol.Coordination;

/// <summary>The JSON of everything but the job itself: snake_case, null left out, no reflection at run time. Read it through <see cref="WireJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(JobUpdate))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(VerifyRequest))]
[JsonSerializable(typeof(RunnerCredentials))]
[JsonSerializable(typeof(RunnerTokenRequest))]
[JsonSerializable(typeof(RunnerToken))]
public sealed partial class CoordinationJson : JsonSerializerContext
{
    /// <summary>
    /// What a coordinator says about a request it refuses: <c>{"message": "text"}</c>, or texts by field, <c>{"message": {"tags_list": ["is empty"]}}</c>.
    /// </summary>
    /// <returns><see langword="null"/> when the body is none of these.</returns>
    public static string? ReadMessage(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var json = JsonDocument.ParseValue(ref reader);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("message", out var message))
                return null;
            return message.ValueKind switch
            {
                JsonValueKind.String => message.GetString(),
                JsonValueKind.Object => string.Join("; ", message.EnumerateObject().Select(field => $"{field.Name} {Texts(field.Value)}")),
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Texts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? string.Join(", ", value.EnumerateArray().Select(Texts)) : value.ToString();
}
