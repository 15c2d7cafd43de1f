using Slipway.Protocol.Checksums;
using Slipway.Protocol.Coordination;
using Slipway.Runner.Coordinator;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Runner.Tests.Coordinator;

public sealed class LoopPartsTests
{
    [Fact]
    public void Slots_are_the_lowest_free_ones_over_all_and_within_a_project()
    {
        var slots = new SlotTable();
        var first = slots.Take(1);
        Assert.Equal(((0, 0), (1, 0), (2, 1)), (first, slots.Take(2), slots.Take(1)));
        slots.Return(1, first);
        Assert.Equal((0, 1), slots.Take(2));
    }

    [Fact]
    public async Task A_gate_lets_in_as_many_as_it_holds_in_the_order_they_came()
    {
        var gate = new Gate(1);
        await gate.EnterAsync(default);
        using var impatient = new CancellationTokenSource();
        var gone = gate.EnterAsync(impatient.Token);
        var (second, third) = (gate.EnterAsync(default), gate.EnterAsync(default));
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.True(gate.IsCrowded);
        gate.Leave();
        await second;
        Assert.False(third.IsCompleted);
        gate.Capacity = 2;
        await third;
        gate.Capacity = 0;
        await gate.EnterAsync(default);
        Assert.False(gate.IsCrowded);
    }

    [Fact]
    public async Task Last_words_stand_on_a_line_of_their_own_behind_what_the_file_holds()
    {
        using var log = new TraceSpool();
        await log.WriteAsync("half a li"u8.ToArray(), default);
        log.WriteLast("the end\n"u8);
        log.WriteLast("really\n"u8);

        var whole = "half a li\nthe end\nreally\n"u8.ToArray();
        Assert.Equal((whole.Length, TraceChecksum.Text(Crc32.Append(0, whole))), (log.Output.Bytesize, log.Output.Checksum));
        foreach (var most in new[] { 1, 4, 9, 100 })
        {
            var read = new List<byte>();
            while (log.Read(read.Count, most) is { IsEmpty: false } piece)
                read.AddRange(piece.Span);
            Assert.Equal(whole, read);
        }

        Assert.True(log.Read(1000, 10).IsEmpty);
    }

    [Fact]
    public void Questions_grow_with_jobs_and_shrink_without()
    {
        var pace = new Pace(3, 3, TimeSpan.FromHours(1), new Clock());
        for (var i = 0; i < 30; i++)
            pace.Note(new JobAnswer.Job(Payloads.Job(1), ""));
        Assert.Equal(3, pace.Questions);
        pace.Note(new JobAnswer.Failed("", Busy: true));
        Assert.Equal(1, pace.Questions);
    }

    [Fact]
    public void Refusals_in_a_row_make_it_rest_and_an_answer_between_them_does_not()
    {
        var clock = new Clock();
        var pace = new Pace(1, 2, TimeSpan.FromHours(1), clock);
        Assert.False(pace.Note(new JobAnswer.Forbidden("")));
        Assert.False(pace.Note(new JobAnswer.Nothing(false)));
        Assert.False(pace.Note(new JobAnswer.Forbidden("")));
        Assert.Equal(TimeSpan.Zero, pace.Rest);
        Assert.True(pace.Note(new JobAnswer.Forbidden("")));
        clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(TimeSpan.FromMinutes(40), pace.Rest);
        clock.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal(TimeSpan.Zero, pace.Rest);
    }

    [Fact]
    public void A_machine_has_one_system_id_in_a_file_and_a_broken_file_is_made_anew()
    {
        using var folder = new TemporaryFolder();
        var first = SystemId.Of(folder.Path);
        Assert.Matches("^[sr]_[0-9a-zA-Z]{12}$", first);
        Assert.Equal(first, File.ReadAllText(folder[".runner_system_id"]));
        folder.Write(".runner_system_id", "s_abcdefABCDEF\n");
        Assert.Equal("s_abcdefABCDEF", SystemId.Of(folder.Path));
        folder.Write(".runner_system_id", "s_../../etc/x");
        Assert.Matches("^[sr]_[0-9a-zA-Z]{12}$", SystemId.Of(folder.Path));
    }

    [Fact]
    public void The_same_machine_has_the_same_id_and_one_without_a_name_gets_chance()
    {
        Assert.Equal("s_ee3af03959fe", SystemId.New("0123456789abcdef0123456789abcdef"));
        Assert.Matches("^r_[0-9a-zA-Z]{12}$", SystemId.New(""));
        Assert.NotEqual(SystemId.New(""), SystemId.New(""));
    }
}
