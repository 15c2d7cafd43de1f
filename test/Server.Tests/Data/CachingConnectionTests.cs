using Dapper;
using Microsoft.Data.Sqlite;
using Slipway.Server.Data;
using Slipway.Server.Data.Sqlite;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Data;

/// <summary>Statements that are kept between two uses.</summary>
public sealed class CachingConnectionTests : IDisposable
{
    private const string Insert = "INSERT INTO notes (id, word) VALUES (@id, @word)";
    private const string Words = "SELECT word FROM notes WHERE id >= @from ORDER BY id";

    private readonly CachingConnection _connection;

    public CachingConnectionTests()
    {
        TestDatabase.SkipWhenMissing(DatabaseKind.Sqlite);
        _connection = new CachingConnection("Data Source=:memory:");
        _connection.Open();
        _connection.Execute(TestDatabase.Notes);
        _connection.Execute(Insert, new { id = 1L, word = "one" });
        _connection.Execute(Insert, new { id = 2L, word = "two" });
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void A_statement_is_compiled_once_and_nobody_gets_one_that_is_in_use()
    {
        var first = _connection.Take(Words);
        var second = _connection.Take(Words);
        Assert.NotSame(first, second);
        _connection.GiveBack(first);
        _connection.GiveBack(second);
        Assert.Same(first, _connection.Take(Words));
    }

    [Fact]
    public void What_was_bound_before_is_gone()
    {
        Assert.Equal(["two"], _connection.Query<string>(Words, new { from = 2L }));
        Assert.Equal(["one", "two"], _connection.Query<string>(Words, new { from = 0L }));
        Assert.Throws<InvalidOperationException>(() => _connection.Query<string>(Words));
        Assert.Equal(["two"], _connection.Query<string>(Words, new { from = 2L }));
    }

    [Fact]
    public void A_query_within_the_same_query_has_rows_of_its_own()
    {
        var pairs = _connection
            .Query<string>(Words, new { from = 1L }, buffered: false)
            .SelectMany(outer => _connection.Query<string>(Words, new { from = 2L }).Select(inner => outer + inner));
        Assert.Equal(["onetwo", "twotwo"], pairs);
    }

    [Fact]
    public void Lists_grow_into_the_text_while_parameters_are_filled_in()
    {
        for (var n = 0; n < 3; n++)
            Assert.Equal(
                ["two"],
                _connection.Query<string>(
                    "SELECT word FROM notes WHERE id IN @ids AND word > @above ORDER BY id",
                    new { ids = new In<long>([1, 2]), above = "p" }
                )
            );
    }

    [Fact]
    public void A_query_that_was_left_in_the_middle_holds_nothing()
    {
        Assert.Equal("one", _connection.Query<string>(Words, new { from = 1L }, buffered: false).First());
        _connection.Execute("DROP TABLE notes");
    }

    [Fact]
    public void A_statement_that_failed_is_good_for_the_next()
    {
        for (var n = 3L; n < 6; n++)
        {
            Assert.Throws<SqliteException>(() => _connection.Execute(Insert, new { id = 1L, word = "again" }));
            Assert.Equal(1, _connection.Execute(Insert, new { id = n, word = "w" }));
        }
    }

    [Fact]
    public void A_table_that_has_changed_meanwhile_is_seen_as_it_is()
    {
        Assert.Equal(2, ((IDictionary<string, object>)_connection.QueryFirst("SELECT * FROM notes")).Count);
        _connection.Execute("ALTER TABLE notes ADD COLUMN more TEXT DEFAULT 'm'");
        Assert.Equal("m", ((IDictionary<string, object>)_connection.QueryFirst("SELECT * FROM notes"))["more"]);
    }

    [Fact]
    public void Long_values_are_not_kept_in_memory_nor_more_statements_than_a_hundred()
    {
        var withLong = _connection.Take(Insert);
        withLong.Parameters.AddWithValue("@word", new string('x', 5000));
        _connection.GiveBack(withLong);
        Assert.NotSame(withLong, _connection.Take(Insert));

        var first = _connection.Take("SELECT 0");
        _connection.GiveBack(first);
        for (var n = 1; n <= 100; n++)
            _connection.Execute($"SELECT {n}");
        Assert.NotSame(first, _connection.Take("SELECT 0"));
    }
}
