using System.Globalization;
using Pwb.Http;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Http;

/// <summary>S1 and RFC 9110 §5.6.7: the three forms of HTTP-date, and nothing like them.</summary>
public sealed class HttpDateTests
{
    private const string Now = "2026-11-22T10:20:30Z";

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z")]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z")]
    [InlineData("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z")]
    [InlineData("Sun Nov 06 08:49:37 1994", "1994-11-06T08:49:37Z")] // date3 is two digits, or a blank and one
    [InlineData("Wed Nov 16 08:49:37 1994", "1994-11-16T08:49:37Z")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z")]
    [InlineData("Wed, 31 Dec 1969 23:59:59 GMT", "1969-12-31T23:59:59Z")]
    [InlineData("Tue, 29 Feb 2000 12:00:00 GMT", "2000-02-29T12:00:00Z")]
    [InlineData("Thu, 29 Feb 2024 12:00:00 GMT", "2024-02-29T12:00:00Z")]
    [InlineData("Mon, 01 Jan 0001 00:00:00 GMT", "0001-01-01T00:00:00Z")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59Z")]
    [InlineData("Tue, 19 Jan 2038 03:14:08 GMT", "2038-01-19T03:14:08Z")]
    [InlineData("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z")] // a leap second, as the grammar has it
    [InlineData("Saturday, 31-Dec-16 23:59:60 GMT", "2017-01-01T00:00:00Z")]
    [InlineData("Sat Dec 31 23:59:60 2016", "2017-01-01T00:00:00Z")]
    public void Reads_the_three_forms(string text, string expected)
    {
        TryParse(text, Now, out DateTimeOffset date).Should().BeTrue();
        date.Should().Be(Date(expected));
        date.Offset.Should().Be(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("Jan", 1, "Thu")]
    [InlineData("Feb", 2, "Sun")]
    [InlineData("Mar", 3, "Sun")]
    [InlineData("Apr", 4, "Wed")]
    [InlineData("May", 5, "Fri")]
    [InlineData("Jun", 6, "Mon")]
    [InlineData("Jul", 7, "Wed")]
    [InlineData("Aug", 8, "Sat")]
    [InlineData("Sep", 9, "Tue")]
    [InlineData("Oct", 10, "Thu")]
    [InlineData("Nov", 11, "Sun")]
    [InlineData("Dec", 12, "Tue")]
    public void Knows_the_months(string name, int month, string dayName)
    {
        TryParse($"{dayName}, 01 {name} 2026 00:00:00 GMT", Now, out DateTimeOffset date).Should().BeTrue();
        date.Should().Be(new DateTimeOffset(2026, month, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("Sunday, 22-Nov-26 00:00:00 GMT")]
    [InlineData("Monday, 23-Nov-26 00:00:00 GMT")]
    [InlineData("Tuesday, 24-Nov-26 00:00:00 GMT")]
    [InlineData("Wednesday, 25-Nov-26 00:00:00 GMT")]
    [InlineData("Thursday, 26-Nov-26 00:00:00 GMT")]
    [InlineData("Friday, 27-Nov-26 00:00:00 GMT")]
    [InlineData("Saturday, 28-Nov-26 00:00:00 GMT")]
    public void Knows_the_long_day_names(string text) => TryParse(text, Now, out _).Should().BeTrue();

    [Theory]
    [InlineData("Sunday, 22-Nov-26 10:20:30 GMT", Now, 2026)]
    [InlineData("Sunday, 22-Nov-76 10:20:30 GMT", Now, 2076)] // 50 years ahead, to the second
    [InlineData("Monday, 22-Nov-76 10:20:31 GMT", Now, 1976)] // more than that
    [InlineData("Tuesday, 23-Nov-76 00:00:00 GMT", Now, 1976)]
    [InlineData("Friday, 31-Dec-76 00:00:00 GMT", Now, 1976)]
    [InlineData("Wednesday, 01-Jan-76 23:59:59 GMT", Now, 2076)]
    [InlineData("Saturday, 01-Jan-77 00:00:00 GMT", Now, 1977)]
    [InlineData("Friday, 01-Jan-99 00:00:00 GMT", Now, 1999)]
    [InlineData("Saturday, 01-Jan-00 00:00:00 GMT", Now, 2000)]
    [InlineData("Thursday, 01-Jan-70 00:00:00 GMT", "1999-12-31T23:59:59Z", 1970)]
    [InlineData("Saturday, 01-Jan-00 00:00:00 GMT", "1999-12-31T23:59:59Z", 2000)]
    [InlineData("Friday, 01-Jan-49 00:00:00 GMT", "1999-12-31T23:59:59Z", 2049)]
    [InlineData("Sunday, 01-Jan-50 00:00:00 GMT", "1999-12-31T23:59:59Z", 1950)]
    [InlineData("Thursday, 01-Jan-05 00:00:00 GMT", "2099-06-01T00:00:00Z", 2105)]
    public void Takes_two_digits_for_the_latest_year_that_is_at_most_50_years_ahead(string text, string now, int year)
    {
        bool isDate = TryParse(text, now, out DateTimeOffset date);
        isDate.Should().BeTrue();
        date.Year.Should().Be(year);
    }

    [Theory]
    [InlineData("Sun, 31 Feb 2026 00:00:00 GMT")] // no such day, whatever its name
    [InlineData("Tue, 31 Feb 2026 00:00:00 GMT")]
    [InlineData("Sun, 29 Feb 2026 00:00:00 GMT")]
    [InlineData("Mon, 29 Feb 2100 00:00:00 GMT")]
    [InlineData("Fri, 31 Apr 2026 00:00:00 GMT")]
    [InlineData("Sun, 00 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 32 Nov 1994 08:49:37 GMT")]
    [InlineData("Sat, 01 Jan 0000 00:00:00 GMT")]
    [InlineData("Mon, 06 Nov 1994 08:49:37 GMT")] // it was a Sunday
    [InlineData("Monday, 06-Nov-94 08:49:37 GMT")]
    [InlineData("Mon Nov  6 08:49:37 1994")]
    [InlineData("Sun, 06 Nov 1994 24:00:00 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:60:00 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:49:60 GMT")] // leap seconds end a day
    [InlineData("Sun, 06 Nov 1994 23:59:61 GMT")]
    [InlineData("Sun, 06 Nov 1994 23:58:60 GMT")]
    [InlineData("Fri, 31 Dec 9999 23:59:60 GMT")]
    public void Refuses_what_does_not_exist(string text) => TryParse(text, Now, out _).Should().BeFalse();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("0")]
    [InlineData("784111777")]
    [InlineData("1994-11-06T08:49:37Z")]
    [InlineData("Sun, 6 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 94 08:49:37 GMT")]
    [InlineData("Sun, 06-Nov-1994 08:49:37 GMT")]
    [InlineData("Sunday, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06-Nov-94 08:49:37 GMT")]
    [InlineData("Sunday, 06-Nov-1994 08:49:37 GMT")]
    [InlineData("sun, 06 Nov 1994 08:49:37 GMT")] // HTTP-date is by case
    [InlineData("SUN, 06 NOV 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 gmt")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 UTC")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 +00")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 +0000")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 EST")]
    [InlineData("Sun, 06 Nov 1994 08:49:37")]
    [InlineData("Sun, 06 Nov 1994 08:49:37GMT")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT ")]
    [InlineData(" Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun,  6 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06\tNov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov  994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov -994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 8:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994  8:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 08-49-37 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:49:3x GMT")]
    [InlineData("Sun. 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nob 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 anF 1994 08:49:37 GMT")]
    [InlineData("Son, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun Nov 6 08:49:37 1994")]
    [InlineData("Sun Nov   08:49:37 1994")]
    [InlineData("Sun Nov  6 08:49:37 94")]
    [InlineData("Sun, Nov  6 08:49:37 199")]
    [InlineData("Sun Nov  6 08:49:37 1994 GMT")]
    [InlineData("Sun Nov  x 08:49:37 1994")]
    [InlineData("Someday, 06-Nov-94 08:49:37 GMT")]
    [InlineData("Sunday, 06-Nov-9x 08:49:37 GMT")]
    [InlineData("Sunday 06-Nov-94 08:49:37 GMT  ")]
    [InlineData("Sunday, 06/Nov/94 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT")] // a list is no date: §13.1.3
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT; length=10")] // an old browser's extension
    [InlineData("Sun, 06 Nov 1994 08:49:37 \u00C7MT")]
    public void Refuses_every_other_form(string text) => TryParse(text, Now, out _).Should().BeFalse();

    [Fact]
    public void Refuses_every_part_of_a_date_and_every_date_with_one_byte_replaced()
    {
        foreach (string text in (string[])[
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov 06 08:49:37 1994"])
        {
            for (int i = 0; i < text.Length; i++)
            {
                TryParse(text[..i], Now, out _).Should().BeFalse();
                TryParse(text[(i + 1)..], Now, out _).Should().BeFalse();
                TryParse(text.Remove(i, 1), Now, out _).Should().BeFalse(text.Remove(i, 1));
                TryParse(text.Insert(i, " "), Now, out _).Should().BeFalse(text.Insert(i, " "));
                foreach (char other in "\0/:x\u00FF")
                    TryParse(Replace(text, i, other), Now, out _).Should().Be(text[i] == other, Replace(text, i, other));
            }
        }

        static string Replace(string text, int at, char other) => text.Remove(at, 1).Insert(at, other.ToString());
    }

    [Theory]
    [InlineData("1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("1994-11-06T08:49:37.9999999Z", "Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("1994-11-06T10:49:37+02:00", "Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("2024-02-29T00:00:00Z", "Thu, 29 Feb 2024 00:00:00 GMT")]
    public void Formats(string date, string expected)
    {
        HttpDate.Format(Date(date)).Should().Be(expected);
        TryParse(expected, Now, out DateTimeOffset parsed).Should().BeTrue();
        parsed.Should().Be(HttpDate.WholeSeconds(Date(date)));
    }

    [Fact]
    public void Reads_what_it_formats()
    {
        Random random = new(5);
        for (int i = 0; i < 20_000; i++)
        {
            DateTimeOffset date = new(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero);
            TryParse(HttpDate.Format(date), Now, out DateTimeOffset parsed).Should().BeTrue();
            parsed.Should().Be(HttpDate.WholeSeconds(date));
        }
    }

    private static bool TryParse(string text, string now, out DateTimeOffset date) =>
        HttpDate.TryParse(Latin1.Bytes(text), Date(now), out date);

    private static DateTimeOffset Date(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
