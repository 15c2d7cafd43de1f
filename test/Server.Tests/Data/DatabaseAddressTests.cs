using Npgsql;
using Slipway.Server.Data;
using Xunit;

namespace Slipway.Server.Tests.Data;

public sealed class DatabaseAddressTests
{
    [Theory]
    [InlineData("/var/lib/slipway/slipway.db", "/var/lib/slipway/slipway.db")]
    [InlineData("a=b.db", "a=b.db")]
    [InlineData("Host=db;Port=5433;Database=ci;Username=u;Password=p=1", "postgresql://db:5433/ci")]
    [InlineData("postgres://u:p@db/ci", "postgresql://db:5432/ci")]
    [InlineData("postgresql://u@db:6000", "postgresql://db:6000/u")]
    public void An_address_shows_itself_without_its_password(string text, string shown) =>
        Assert.Equal(shown, DatabaseAddress.Parse(text).ToString());

    [Fact]
    public void A_uri_says_all_that_npgsql_can_be_told()
    {
        var address = DatabaseAddress.Parse(
            "postgres://ci%40x:a%2Fb%3Ac@[::1]:5433/my%20ci?sslmode=verify-full&application_name=night%20run&Timeout=5"
        );
        var parts = new NpgsqlConnectionStringBuilder(Assert.IsType<DatabaseAddress.Postgres>(address).ConnectionString);
        Assert.Equal(("ci@x", "a/b:c", "my ci", 5433), (parts.Username, parts.Password, parts.Database, parts.Port));
        Assert.Equal((SslMode.VerifyFull, "night run", 5), (parts.SslMode, parts.ApplicationName, parts.Timeout));
    }

    [Theory]
    [InlineData("postgres://u:secret@db/ci?colour=red")]
    [InlineData("postgres://u:secret@db:port/ci")]
    [InlineData("postgres://u:secret@db/ci?sslmode=perhaps")]
    [InlineData("mysql://u:secret@db/ci")]
    public void An_address_that_cannot_be_read_is_refused_without_its_password(string text) =>
        Assert.DoesNotContain("secret", Assert.Throws<FormatException>(() => DatabaseAddress.Parse(text)).ToString());
}
