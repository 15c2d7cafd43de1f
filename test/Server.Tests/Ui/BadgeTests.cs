using System.Net;
using System.Xml.Linq;
using Slipway.Protocol.Coordination;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Slipway.Server.Ui.Badges;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed class BadgeTests
{
    [Theory, EveryDatabase]
    public async Task A_badge_tells_of_the_latest_pipeline_of_a_ref(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var project = await room.Server.ProjectAsync(room.Admin.Row, visibility: "public");
        await room.PipelineAsync("""a: {script: [x], coverage: '/(\d+)%/'}""", project);
        Assert.Equal("pipeline: pending", await NameAsync("main/pipeline.svg"));
        Assert.Equal("coverage: unknown", await NameAsync("main/coverage.svg"));
        var job = await (await room.RunnerAsync()).StartAsync();
        job.Log = "all: 91%\n"u8.ToArray();
        await job.FinishAsync(JobState.Success);
        await room.ArchiveAsync(job.Id);
        Assert.Equal("<all>: passed", await NameAsync("main/pipeline.svg?key_text=%3Call%3E&key_width=99"));
        Assert.Equal("coverage: 91.00%", await NameAsync("main/coverage.svg?job=a"));
        Assert.Equal("coverage: unknown", await NameAsync("main/coverage.svg?job=b"));
        Assert.Equal("pipeline: unknown", await NameAsync("feature/x/pipeline.svg"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(project.FullPath, "main/other.svg")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(room.Project.FullPath, "main/pipeline.svg")).StatusCode);

        async Task<string?> NameAsync(string path)
        {
            using var response = await GetAsync(project.FullPath, path);
            Assert.Equal("image/svg+xml", response.Content.Headers.ContentType?.MediaType);
            return (string?)XDocument.Parse(await response.Content.ReadAsStringAsync()).Root!.Attribute("aria-label");
        }

        Task<HttpResponseMessage> GetAsync(string at, string path) => room.Server.Anonymous.GetAsync($"/{at}/-/badges/{path}");
    }

    [Theory]
    [InlineData(100.0, Badge.Good)]
    [InlineData(90.0, "#a3c51c")]
    [InlineData(75.5, "#dfb317")]
    [InlineData(3.0, Badge.Bad)]
    [InlineData(null, Badge.Unknown)]
    public void Coverage_has_its_colour(double? percent, string colour) => Assert.Equal(colour, Badge.OfCoverage(percent).Colour);
}
