//! The words that people, companies and jobs are made of, written by hand. The lengths of the
//! lists of names are powers of two, which the dealing of names and companies relies on.

/// Given names of many places; distinct also without their accents.
#[rustfmt::skip]
pub(crate) const FIRST_NAMES: [&str; 128] = [
    "Maya", "Åsa", "Zoë", "Omar", "Priya", "Liam", "Chloé", "Mateus", "Ingrid", "Kwame", "Yuki",
    "Sofía", "Noah", "Amara", "Björn", "Leïla", "Tomasz", "Aoife", "Rahul", "Elif", "Jonas", "Nia",
    "Hiroshi", "Lucía", "Ebba", "Samuel", "Fatima", "Dmitri", "Grace", "Thandiwe", "André", "Mei",
    "Oscar", "Salma", "Viktor", "Renée", "Arjun", "Hanna", "Diego", "Zainab", "Patrick", "Linh",
    "Søren", "Camila", "Ivan", "Naomi", "Karim", "Freya", "Mohammed", "Beatriz", "Łukasz", "Ruth",
    "Takeshi", "Anaïs", "Daniel", "Chidi", "Greta", "Javier", "Noor", "Eamon", "Katarzyna", "Felix",
    "Ayumi", "Rosa", "Stefan", "Imani", "Hugo", "Siobhán", "Vikram", "Matilda", "Emre", "Adaeze",
    "Paolo", "Kerstin", "Joon", "Isabel", "Malik", "Tereza", "Benjamin", "Lerato", "Nils",
    "Gabriela", "Farid", "Wanjiru", "Théo", "Ana", "Rohan", "Signe", "Cormac", "Yasmin", "Pedro",
    "Hye", "Marta", "Tunde", "Elena", "Anton", "Sunita", "Ryan", "Bronagh", "Carlos", "Asha",
    "Magnus", "Júlia", "Ibrahim", "Nora", "Luca", "Divya", "Petra", "Ewan", "Minh", "Sara", "Jakub",
    "Valentina", "Kofi", "Irene", "Dario", "Miriam", "Aleksander", "Keiko", "Rafael", "Olga",
    "Desmond", "Ilse", "Şebnem", "Marcus", "Alba", "Tariq", "Wren",
];

/// Family names of many places; distinct also without their accents.
#[rustfmt::skip]
pub(crate) const LAST_NAMES: [&str; 128] = [
    "Lindqvist", "Nguyễn", "O'Neill", "García", "Okafor", "Patel", "Dubois", "Hassan", "Kowalski",
    "Tanaka", "Müller", "Silva", "Van Dijk", "Andersen", "Mbeki", "Rossi", "Cohen", "Kim",
    "Fernández", "Novák", "Ångström", "Sharma", "Murphy", "Schneider", "Adeyemi", "Laurent",
    "Yılmaz", "Wójcik", "Santos", "Berg", "Mwangi", "Sato", "Bianchi", "Campbell", "Haddad",
    "Johansson", "Gonçalves", "Iyer", "Lefèvre", "Dvořák", "Owusu", "Takahashi", "Romano",
    "Fitzgerald", "Sørensen", "Rahman", "Peeters", "Morales", "Ivanova", "Chen", "Gallagher",
    "Nkosi", "Bergström", "Castillo", "Demir", "Watanabe", "Ferrari", "Hughes", "Jansen",
    "Zieliński", "Banerjee", "Moreau", "Herrera", "Eriksen", "Abdi", "Suzuki", "Weber", "Almeida",
    "Byrne", "Ramírez", "Đặng", "Kaya", "Holm", "Martins", "Fischer", "Mensah", "Ito", "Conti",
    "Stewart", "Bakker", "Popescu", "Rao", "Girard", "Vargas", "Nyström", "Osei", "Yamamoto",
    "Wagner", "Carvalho", "Doyle", "Ortega", "Trần", "Aydın", "Dahl", "Costa", "Hoffmann", "Diallo",
    "Mori", "Greco", "MacLeod", "Visser", "Horvat", "Kapoor", "Roux", "Mendoza", "Virtanen", "Eze",
    "Nakamura", "Keller", "Barbosa", "Quinn", "Delgado", "Phạm", "Šimek", "Nilsen", "Pinto",
    "Brandt", "Traoré", "Kato", "Marino", "Ellis", "De Vries", "Petrov", "Mehta", "Fontaine",
    "Salazar", "Korhonen", "Whitfield",
];

/// First words of company names.
#[rustfmt::skip]
pub(crate) const COMPANY_STEMS: [&str; 64] = [
    "Northwind", "Alderbrook", "Brightwater", "Cobalt", "Driftwood", "Emberfield", "Fernhill",
    "Granite", "Harrow", "Ironbark", "Juniper", "Kestrel", "Larkspur", "Meridian", "Nettle",
    "Oakhaven", "Pinecrest", "Quarry", "Redstart", "Saltmarsh", "Thistle", "Umber", "Valeview",
    "Willowmere", "Yarrow", "Zephyr", "Amberline", "Bluefin", "Cedarpoint", "Dovetail", "Eastgate",
    "Foxglove", "Goldcrest", "Heronsgate", "Inkwell", "Jasper", "Kingfisher", "Lodestar",
    "Millrace", "Nightjar", "Osprey", "Palisade", "Quillon", "Rivermark", "Seabright", "Tidewater",
    "Upland", "Verdant", "Westerly", "Yellowtail", "Aurora", "Birchwood", "Copperleaf", "Dunmore",
    "Evenfall", "Flintlock", "Glasswing", "Hollybank", "Indigo", "Kelpie", "Lanternfish",
    "Moorland", "Nimbus", "Oriole",
];

/// Second words of company names, each with the industry that Salesforce's standard picklist of
/// Accounts has for it.
pub(crate) const COMPANY_TRADES: [(&str, &str); 16] = [
    ("Labs", "Biotechnology"),
    ("Logistics", "Transportation"),
    ("Systems", "Technology"),
    ("Foods", "Food & Beverage"),
    ("Robotics", "Engineering"),
    ("Analytics", "Consulting"),
    ("Health", "Healthcare"),
    ("Energy", "Energy"),
    ("Studios", "Media"),
    ("Finance", "Finance"),
    ("Textiles", "Apparel"),
    ("Marine", "Shipping"),
    ("Software", "Technology"),
    ("Travel", "Hospitality"),
    ("Materials", "Manufacturing"),
    ("Learning", "Education"),
];

/// Job titles of customers.
#[rustfmt::skip]
pub(crate) const TITLES: [&str; 40] = [
    "Account Director", "Analytics Lead", "Area Manager", "Brand Manager", "Business Analyst",
    "Buyer", "Chief Executive Officer", "Chief Financial Officer", "Chief Technology Officer",
    "Co-founder", "Community Manager", "Compliance Officer", "Content Strategist", "Controller",
    "Customer Experience Manager", "Data Engineer", "Director of Engineering",
    "Director of Operations", "Ecommerce Manager", "Facilities Manager", "Growth Lead",
    "Head of Marketing", "Head of Procurement", "Head of Support", "HR Business Partner",
    "IT Administrator", "Logistics Coordinator", "Marketing Manager", "Office Manager",
    "Operations Analyst", "Partnerships Manager", "Principal Engineer", "Product Designer",
    "Product Manager", "Project Manager", "Quality Lead", "Research Scientist", "Security Engineer",
    "Supply Chain Manager", "VP Sales",
];

/// Values of Salesforce's standard picklist for the source of a Lead.
#[rustfmt::skip]
pub(crate) const LEAD_SOURCES: [&str; 5] = [
    "Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other",
];
