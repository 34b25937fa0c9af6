using System.Text;
using Pwb.StaticFiles;

namespace Pwb.Tests.StaticFiles;

public sealed class ListingOrderTests
{
    private static readonly ContentInfo[] Entries =
    [
        File("page 10", 5, 3), File("page 9", 5, 1), File("b", 9, 2), File("A", 1, 5), File("a", 1, 5), Directory("z", 4),
        Directory("Y", 9),
    ];

    [Theory]
    [InlineData("", "Y z A a b page9 page10")]
    [InlineData("sort=name&order=asc", "Y z A a b page9 page10")]
    [InlineData("order=desc", "z Y page10 page9 b a A")]
    [InlineData("sort=name&order=desc", "z Y page10 page9 b a A")]
    [InlineData("sort=size", "Y z A a page9 page10 b")]
    [InlineData("sort=size&order=desc", "Y z b page9 page10 A a")]
    [InlineData("order=desc&sort=size", "Y z b page9 page10 A a")]
    [InlineData("sort=date&order=asc", "z Y page9 b page10 A a")]
    [InlineData("sort=date&order=desc", "Y z A a page10 b page9")]
    [InlineData("sort=colour&order=up&x=%00&&=", "Y z A a b page9 page10")]
    public void Directories_come_first_and_equals_by_name(string query, string expected)
    {
        List<ContentInfo> sorted = [.. Entries];
        sorted.Sort(ListingOrder.Parse(Encoding.ASCII.GetBytes(query)));

        string.Join(' ', sorted.Select(entry => entry.Name.Replace(" ", "", StringComparison.Ordinal))).Should().Be(expected);
    }

    [Theory]
    [InlineData("", "", "?x=y", "desc desc desc")]
    [InlineData("sort=size&order=desc", "?sort=size&order=desc", "?sort=size&order=desc&x=y", "asc asc desc")]
    [InlineData("sort=date&order=asc", "?sort=date&order=asc", "?sort=date&order=asc&x=y", "asc desc desc")]
    [InlineData("order=desc", "?sort=name&order=desc", "?sort=name&order=desc&x=y", "asc desc desc")]
    public void A_heading_turns_its_own_order_round(string query, string own, string withParameter, string headings)
    {
        ListingOrder order = ListingOrder.Parse(Encoding.ASCII.GetBytes(query));

        order.QueryFor("").Should().Be(own);
        order.QueryFor("x=y").Should().Be(withParameter);
        string.Join(' ', Enum.GetValues<ListingColumn>().Select(column => ListingOrder.OrderOf(order.IsNextDescending(column))))
            .Should().Be(headings);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("A", "b")]
    [InlineData("a", "B")]
    [InlineData("A", "a")]
    [InlineData("2", "10")]
    [InlineData("x2y", "x10a")]
    [InlineData("x02", "x2")] // the same number: by the characters
    [InlineData("1.2.9", "1.2.10")]
    [InlineData("a", "a1")]
    [InlineData("99999999999999999998", "99999999999999999999")]
    [InlineData("9999999999999999999", "10000000000000000000")]
    [InlineData("0", "1")]
    [InlineData("\u4E00", "\u4E01")]
    [InlineData("e", "\u00E9")]
    [InlineData("\u00E9", "f")]
    [InlineData("\u00C9a", "eb")]
    [InlineData("e\u0301a", "\u00E9b")] // as macOS writes it
    [InlineData("\u00DF", "t")]
    [InlineData("\u0142", "m")]
    [InlineData("\u1EA1", "b")]
    [InlineData("\uFF21", "b")] // wide
    [InlineData("z", "\u4F60\u597D")]
    [InlineData("\u7B2C2\u7AE0", "\u7B2C10\u7AE0")] // chapter 2, chapter 10
    public void Names_compare_as_people_compare_them(string smaller, string larger)
    {
        ListingOrder.CompareNames(larger, smaller).Should().BePositive();
        ListingOrder.CompareNames(smaller, larger).Should().BeNegative();
        ListingOrder.CompareNames(smaller, smaller).Should().Be(0);
    }

    [Fact]
    public void The_comparison_is_an_order()
    {
        const string Alphabet = "aAB059_\u00E4\u0308\uFF10\uFF15";
        Random random = new(1);
        string[] names = [.. Enumerable.Range(0, 120).Select(_ => string.Create(random.Next(5), random, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = Alphabet[source.Next(Alphabet.Length)];
        }))];

        foreach (string x in names)
        {
            foreach (string y in names)
            {
                int xy = ListingOrder.CompareNames(x, y);
                Math.Sign(ListingOrder.CompareNames(y, x)).Should().Be(-Math.Sign(xy));
                (xy == 0).Should().Be(x == y);
                if (xy >= 0) continue;
                names.Where(z => ListingOrder.CompareNames(y, z) < 0 && ListingOrder.CompareNames(x, z) >= 0).Should().BeEmpty();
            }
        }
    }

    private static ContentInfo File(string name, long length, int day) =>
        new(name, IsDirectory: false, length, new DateTimeOffset(2026, 1, day, 0, 0, 0, TimeSpan.Zero));

    private static ContentInfo Directory(string name, int day) =>
        new(name, IsDirectory: true, 0, new DateTimeOffset(2026, 1, day, 0, 0, 0, TimeSpan.Zero));
}
