using System.Text.Json;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.LocalRun;

public sealed class FullDiskTests
{
    private const string Configuration = """
        talk:
          script: ['echo begun > "$MARKS/begun"', 'while :; do echo "a line of a log that grows and grows"; done']
          after_script: ['echo after > "$MARKS/after"']
        """;

    [Theory]
    [InlineData(5_000, true, "canceled")]
    [InlineData(0, false, "created")]
    public void A_run_whose_output_finds_no_room_is_canceled_in_order_or_not_even_begun(int room, bool begins, string status)
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Configuration));
        using var marks = new TemporaryFolder();
        using var fake = new FakeSurroundings(repository.Path);
        var surroundings = fake.Value with { Out = new SmallDisk(room) };

        var exit = SlipwayProgram.Run(["run", "--executor", "shell", "--variable", $"MARKS={marks.Path}"], surroundings);

        Assert.Equal(ExitCode.Failed, exit);
        Assert.StartsWith("error: cannot write: No space left on device\n", fake.Error);
        Assert.Equal(begins, File.Exists(Path.Combine(marks.Path, "begun")));
        Assert.Equal(begins, File.Exists(Path.Combine(marks.Path, "after")));
        var run = Path.Combine(repository.Path, ".slipway", "runs", "1");
        using var state = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "state.json")));
        Assert.True(state.RootElement.GetProperty("finished").GetBoolean());
        Assert.Equal(status, state.RootElement.GetProperty("status").GetString());
    }

    private sealed class SmallDisk(int room) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > room)
                throw new IOException("No space left on device", 28);
            base.Write(buffer, offset, count);
        }
    }
}
