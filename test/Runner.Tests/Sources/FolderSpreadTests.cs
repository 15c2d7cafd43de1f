using Slipway.Runner.Sources;
using Xunit;

namespace Slipway.Runner.Tests.Sources;

public sealed class FolderSpreadTests
{
    [Fact]
    public void A_folder_stays_one_to_work_in_whatever_its_file_system_knows()
    {
        using var folder = new TemporaryFolder();
        FolderSpread.Below(folder.Path);
        FolderSpread.Below(folder.Path);
        folder.Write("below/file", "x");
        Assert.Equal("x", File.ReadAllText(folder["below/file"]));
    }

    [Fact]
    public void What_is_no_folder_or_knows_nothing_of_it_is_left_alone()
    {
        FolderSpread.Below("/no/such/folder");
        FolderSpread.Below("/proc/self");
    }
}
