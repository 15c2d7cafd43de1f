using Slipway.Cli.Commands.Serving;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

public sealed class ProgramPagesTests
{
    private const string Code = "7f0000001000-7f0000003000 r-xp 00001000 fe:00 42                         /opt/slip way/slipway";
    private const string Assembly = "7f0000004000-7f0000005000 r--s 00000000 fe:00 42                         /opt/slip way/slipway";

    [Fact]
    public void Code_nobody_wrote_to_and_files_mapped_to_be_read_can_be_mapped_again()
    {
        string[] smaps = [Code, "Size:  8 kB", "Anonymous:             0 kB", "VmFlags: rd ex", Assembly, "Anonymous:             0 kB"];

        Assert.Equal([(0x7f0000001000, 0x2000), (0x7f0000004000, 0x1000)], ProgramPages.Renewable(smaps));
    }

    [Fact]
    public void A_mapping_with_one_page_that_was_written_to_is_let_be()
    {
        Assert.Empty(ProgramPages.Renewable([Code, "Anonymous:             4 kB"]));
    }

    [Theory]
    [InlineData("7f0000001000-7f0000003000 rw-p 00001000 fe:00 42      /opt/slipway")]
    [InlineData("7f0000001000-7f0000003000 r--p 00001000 fe:00 42      /opt/slipway")]
    [InlineData("7f0000001000-7f0000003000 rw-s 00001000 fe:00 42      /data/slipway.db-shm")]
    [InlineData("7f0000001000-7f0000003000 r-xp 00000000 00:00 0 ")]
    [InlineData("7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0      [vdso]")]
    [InlineData("7f0000001000-7f0000003000 rw-p 00000000 00:00 0      [heap]")]
    public void Data_relocated_tables_and_memory_without_a_file_are_let_be(string header)
    {
        Assert.Empty(ProgramPages.Renewable([header, "Anonymous:             0 kB"]));
    }

    [Fact]
    public void This_process_has_some()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc/self/smaps is Linux's");

        Assert.NotEmpty(ProgramPages.Renewable(File.ReadLines("/proc/self/smaps")));
    }
}
