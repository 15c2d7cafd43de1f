using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Slipway.Server;

/// <summary>Sends <see cref="Spans"/> to a collector, where one is named; else nothing of this is loaded. https://opentelemetry.io/docs/specs/otel/protocol/exporter/</summary>
internal static class Tracing
{
    /// <summary>
    /// Begins. Headers, resource attributes and sampling come from OpenTelemetry's own variables; the protocol too, which is <c>http/protobuf</c> when
    /// <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> does not say <c>grpc</c>.
    /// </summary>
    /// <param name="collector">Of all signals: traces go to <c>/v1/traces</c> below it.</param>
    /// <returns>Sends what is left, for five seconds at most, when it is disposed of.</returns>
    public static IDisposable Begin(Uri collector)
    {
        var resource = ResourceBuilder
            .CreateEmpty()
            .AddService("slipway", serviceVersion: Version)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        return Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Spans.Name)
            .AddOtlpExporter(options =>
            {
                if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") is "grpc")
                {
                    options.Endpoint = collector;
                    return;
                }

                options.Protocol = OtlpExportProtocol.HttpProtobuf;
                options.Endpoint = new Uri(collector.AbsoluteUri.TrimEnd('/') + "/v1/traces");
            })
            .Build();
    }

    private static string? Version =>
        typeof(Tracing).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
