using System.Globalization;
using Xunit;

namespace Slipway.House.Tests;

/// <summary>Migrations are numbered by whoever writes one, and two may be written at the same time.</summary>
public sealed class MigrationTests
{
    [Fact]
    public void Each_has_a_number_of_its_own_and_none_is_left_out()
    {
        var folder = Path.Combine(House.Root, "src", "Server", "Data", "Migrations");
        var names = Directory
            .EnumerateFiles(folder, "*.sql")
            .Select(path => Path.GetFileName(path)!)
            .Order(StringComparer.Ordinal)
            .ToArray();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Matches(@"\A[0-9]{4}_[a-z_]+(\.(sqlite|postgres))?\.sql\z", name));
        // One that the two databases must be told in different words has a file for each.
        var numbers = names.GroupBy(name => int.Parse(name[..4], CultureInfo.InvariantCulture)).OrderBy(group => group.Key).ToArray();
        var doubled = numbers.Where(group => group.Select(name => name.Split('.')[0]).Distinct().Count() > 1 || group.Count() > 2);
        Assert.Empty(doubled.SelectMany(group => group));
        Assert.Equal(Enumerable.Range(1, numbers.Length), numbers.Select(group => group.Key));
    }
}
