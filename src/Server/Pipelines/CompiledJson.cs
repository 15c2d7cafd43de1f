using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Slipway.Compiler;

namespace Slipway.Server.Pipelines;

/// <summary>
/// A compiled pipeline as bytes, and back: JSON, gzip. What it was compiled from is left out: the functions that ask Git and the web. It holds the variables of
/// its jobs, so it must be sealed before it is kept.
/// </summary>
internal static class CompiledJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOut, NameSecretSources } },
    };

    public static byte[] Write(CompiledPipeline pipeline)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            JsonSerializer.Serialize(gzip, pipeline, Options);
        return bytes.ToArray();
    }

    public static CompiledPipeline Read(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<CompiledPipeline>(gzip, Options)!;
    }

    /// <summary>Functions, and what is worked out from other properties.</summary>
    private static void LeaveOut(JsonTypeInfo type)
    {
        for (var at = type.Properties.Count - 1; at >= 0; at--)
        {
            var property = type.Properties[at];
            var isGiven = property.Set is not null || property.AssociatedParameter is not null;
            if (!isGiven || property.PropertyType == typeof(ExternalFiles) || property.PropertyType.IsSubclassOf(typeof(Delegate)))
                type.Properties.RemoveAt(at);
        }
    }

    private static void NameSecretSources(JsonTypeInfo type)
    {
        if (type.Type != typeof(CompiledJob.SecretSource))
            return;
        type.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "provider" };
        foreach (var source in typeof(CompiledJob.SecretSource).GetNestedTypes().Where(nested => nested.IsSubclassOf(type.Type)))
            type.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(source, source.Name));
    }
}
