using System.Text.Json;
using Slipway.Server.Data;

namespace Slipway.Server.Ui.Pages;

internal static class JobTags
{
    public static IReadOnlyList<string> Of(JobRow job) => JsonSerializer.Deserialize<string[]>(job.Tags) ?? [];
}
