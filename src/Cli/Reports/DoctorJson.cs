using System.Text.Json;
using Slipway.Server;

namespace Slipway.Cli.Reports;

/// <summary><c>slipway doctor --json</c>.</summary>
internal static class DoctorJson
{
    public static void Write(Stream to, Diagnosis found) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteBoolean("healthy", found.IsHealthy);
                json.WriteStartArray("checks");
                foreach (var check in found.Checks)
                    WriteCheck(json, check);
                json.WriteEndArray();
            }
        );

    private static void WriteCheck(Utf8JsonWriter json, Diagnosis.Check check)
    {
        json.WriteStartObject();
        json.WriteString("name", check.Name);
        json.WriteString("health", DoctorText.Word(check.Health));
        json.WriteString("said", check.Said);
        json.WriteStartArray("troubles");
        foreach (var trouble in check.Troubles)
        {
            json.WriteStartObject();
            json.WriteString("what", trouble.What);
            json.WriteString("where", trouble.Where);
            json.WriteString("why", trouble.Why);
            json.WriteString("next", trouble.Next);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
