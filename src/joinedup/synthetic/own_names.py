"""Our own short lists of given and family names in Latin letters, where Faker's are in another script or too few."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.split()))


ENGLISH_STEMS = _words("""
    Ash Brad Cald Dun East Fair Gar Hath Ken Lang Mar Nor Oak Pres Rad Stan Thorn Wal Whit Yard Brack Cross Drake
    Elder Farn Green Hol Kirk Lock Mead New Ox Penn Red Sel Tren Under West Win Wood""")
ENGLISH_ENDS = _words(
    "ley ton ham by worth well field ford bury shaw croft wick land stead more den combe thwaite gate holt"
)
PAKISTANI_MEN = _words("""
    Mohammed Ali Imran Usman Bilal Hamza Asad Faisal Kashif Naveed Adnan Zeeshan Waqas Tariq Shahid Rizwan Nadeem
    Arslan Junaid Haroon Kamran Sajid Amir Omar Yasir Khalid Tahir Zubair Irfan Saqib Waseem Shoaib Babar Danish
    Farhan Hashim Ibrahim Jawad Luqman Mansoor Nasir Qasim Rashid Salman Talha Umair Yusuf Zahid Abdullah Ahsan Atif
    Ehsan Fahad Ghulam Hassan Idris Javed Liaqat Mubashir Noman Pervaiz Raheel Sohail Taimur Wajid Zafar""")
PAKISTANI_WOMEN = _words("""
    Fatima Aisha Zainab Maryam Khadija Amina Sana Hira Saima Nadia Rabia Shazia Samina Bushra Farah Iqra Javeria
    Kiran Lubna Mehwish Nabila Parveen Rukhsana Sadia Tahira Uzma Yasmin Zara Aliza Anam Asma Ayesha Faiza Ghazala
    Humaira Kausar Laiba Mahnoor Naila Noreen Robina Safia Shabana Sumaira Tayyaba Zobia Nasreen Shaista Farzana
    Rehana""")
PAKISTANI_SURNAMES = _words("""
    Khan Hussain Ahmed Malik Mahmood Iqbal Akhtar Shah Butt Mirza Qureshi Raja Chaudhry Sheikh Siddiqui Ashraf Aslam
    Rafiq Bashir Younis Sadiq Saleem Hanif Rehman Nawaz Arshad Latif Riaz Yaqoob Ghani Anwar Bhatti Dar Javed Karim
    Mughal Awan Bibi Begum Kausar Parveen Zaman Sharif Hameed Farooq Rashid Azam Bukhari Gill Kiani Lodhi Niazi
    Pasha Satti Tanoli""")
BANGLADESHI_MEN = _words("""
    Mohammed Abdul Shah Kamal Jamal Rahim Karim Rafiq Shafiq Nurul Anwar Delwar Faruk Golam Habib Iqbal Jalal Kabir
    Liton Masud Monir Nazrul Omar Rubel Sajjad Salim Shamim Tareq Zakir Aminul Ashraful Bodrul Enamul Fazlul Hasanul
    Imdad Khairul Mahbub Mizan Motin Naim Rashed Ruhul Saiful Shahin Shorif Sumon Tajul Tofayel Yunus""")
BANGLADESHI_WOMEN = _words("""
    Fatima Ayesha Nasima Rahima Salma Shirin Sultana Taslima Rokeya Jahanara Hasina Halima Khaleda Lutfa Mahmuda
    Monira Nargis Nazma Parul Rabeya Razia Rehana Ruma Runa Sabina Shahana Shefali Sufia Tahmina Yasmin Afroza
    Anwara Farida Ferdousi Hosna Jesmin Kohinoor Laila Momtaz Nilufa Popi Rina Rupa Sharmin Shelina Sumaya Amina
    Maryam""")
BANGLADESHI_SURNAMES = _words("""
    Miah Ali Ahmed Rahman Uddin Islam Hussain Begum Khatun Khanom Chowdhury Haque Khan Alam Hoque Bibi Sarkar
    Talukdar Mia Hossain Akter Mahmud Kamali Karim Motin Choudhury Bhuiyan Mollah Sheikh Munshi Sikder Majumder
    Patwary Howlader""")
PUNJABI_NAMES = _words("""
    Gurpreet Harpreet Manpreet Jaspreet Sukhdeep Amandeep Mandeep Kuldeep Hardeep Navdeep Rajinder Surinder
    Balwinder Parminder Manjinder Satwinder Jaswinder Lakhvir Gurvir Ranvir Simran Kiran Jagdeep Amrit Baljit
    Charanjit Daljit Gurjit Harjit Inderjit Kamaljit Manjit Paramjit Ranjit Sarabjit Sukhjit Harvinder Kulvinder
    Davinder Maninder Ravinder Jasdeep Pardeep Gagandeep Lovepreet Rupinder Tejinder Harmeet""")
PUNJABI_SURNAMES = _words("""
    Singh Gill Sandhu Dhillon Sidhu Grewal Bains Dhaliwal Johal Mann Sahota Samra Uppal Virk Atwal Bassi Cheema
    Dosanjh Hayer Heer Kang Khaira Mahal Nijjar Pannu Purewal Rai Randhawa Sangha Sohal Thandi Toor""")
PUNJABI_SURNAMES_WOMEN = ("Kaur", *PUNJABI_SURNAMES[1:])
NEPALI_MEN = _words("""
    Bishnu Dipak Ganesh Hari Ishwor Kamal Krishna Mohan Narayan Prakash Rajesh Ram Ramesh Sagar Santosh Shiva Suresh
    Umesh Bikash Binod Chandra Dhan Gopal Indra Jit Kiran Lal Man Nabin Om Puran Rabin Sandesh Sujan Tek Yam Anil
    Arjun Bhim""")
NEPALI_WOMEN = _words("""
    Anita Bimala Devi Gita Indira Januka Kalpana Laxmi Maya Nirmala Parbati Radha Sabina Sarita Shanti Sita Sunita
    Tara Urmila Yasoda Asmita Bina Chandra Deepa Ganga Kabita Manju Muna Pabitra Pramila Rekha Samjhana Srijana
    Sushila""")
NEPALI_SURNAMES = _words("""
    Gurung Thapa Rai Limbu Tamang Magar Shrestha Pun Karki Adhikari Sharma Basnet Bhandari Khadka Poudel Rana Ghale
    Lama Sunuwar Chhetri Pradhan Maharjan Subedi Bhattarai""")
CHINESE_MEN_FIRST = _words("Wei Ming Jian Zhi Hao Guo Xiao Yong Zhen Jun Li Bo Hai Cheng Da Feng Qing Shu Tian Wen")
CHINESE_MEN_SECOND = _words(
    "ming qiang wei hua jun feng bin lei tao long hui peng yang gang ping liang chao kai jie bo"
)
CHINESE_WOMEN_FIRST = _words("Xiao Mei Li Hui Yan Ling Fang Jing Yu Xue Na Min Qian Ying Shu Lan Hong Wen Xin Ya")
CHINESE_WOMEN_SECOND = _words("mei ling fang jing yan hua xia ying ping lan hong juan yun qin min li xin ting na yue")
VIETNAMESE_MEN_FIRST = _words("Van Duc Minh Quang Huu Xuan Cong Dinh Anh Thanh")
VIETNAMESE_MEN = _words("Nam Hung Vu Tu Dung Tuan Hai Long Son Thang Khoa Phong Cuong Hieu Dat Trung Kien Bao Loc Phuc")
VIETNAMESE_WOMEN_FIRST = _words("Thi Ngoc Thu Kim Bich Thanh My Phuong")
VIETNAMESE_WOMEN = _words(
    "Lan Mai Huong Hoa Linh Trang Thuy Ha Nga Hanh Yen Thao Dung Chi Van Nhung Loan Tuyet Oanh Hien"
)
VIETNAMESE_SURNAMES = _words("Phan Vo Dang Bui Do Ho Ngo Duong Ly Dinh Mai Trinh Luong Cao Ta Lam Chu Quach")
ARAB_MEN = _words("""
    Mohammed Ahmed Ali Hassan Hussein Khaled Omar Youssef Ibrahim Mahmoud Mustafa Abdullah Tarek Samir Karim Walid
    Nabil Rami Bassam Fadi Ghassan Hani Issam Jamal Kamal Louay Majed Nader Qais Raed Saad Talal Wissam Yasser Ziad
    Adel Amjad Anas Ayman Bashar Firas Haitham Imad Marwan Munir Nizar Osama Riyad Suhail Zaki""")
ARAB_WOMEN = _words("""
    Fatima Aisha Mariam Zeinab Layla Nour Huda Rania Salma Samira Yasmin Amal Dina Farah Ghada Hala Iman Jamila
    Karima Lina Maha Nadia Rasha Sawsan Suha Widad Zahra Abeer Asma Basma Dalal Fadia Hanan Inas Khadija Lubna Manal
    Najwa Rima Siham""")
ARAB_SURNAMES = _words("""
    Mohammed Ahmed Ali Hassan Hussein Ibrahim Khalil Mansour Saleh Nasser Haddad Khoury Najjar Saad Aziz Jaber Qasim
    Hamdan Darwish Mahdi Salem Al-Masri Al-Hamad Al-Jabouri Al-Dulaimi Al-Sayed Al-Khatib Al-Rashid Al-Zubaidi
    Al-Tamimi Barakat Fares Ghanem Hijazi Issa Jabbar Kassem Latif Malik Nassar Othman Rahal Shaheen Tawfiq Wahab
    Younes Zidan""")
KURDISH_MEN = _words("""
    Azad Baran Dara Diyar Hemin Hiwa Karwan Kawa Lawand Nawzad Peshawa Rebin Rebwar Rizgar Sarbast Saman Shwan Soran
    Zana Aram Bakhtiar Dilshad Farhad Goran Hawre Jalal Kamaran Mariwan Omed Rawand Serwan Zirak Ali Ahmed Omar""")
KURDISH_WOMEN = _words("""
    Avin Berivan Chnar Dilan Evin Gulala Hana Jwan Kazhal Lana Medya Nazdar Nian Parwen Rojin Rozhin Sazan Shilan
    Shirin Tara Zhian Ashna Awaz Bahar Darya Helin Khanda Nasrin Peri Rezan Sara Shno""")
KURDISH_SURNAMES = _words("""
    Ahmed Ali Aziz Hama Hamid Hassan Ibrahim Karim Khidir Mahmood Majid Mohammed Mustafa Nuri Omer Qadir Rahim
    Rashid Rasul Salih Sharif Tofiq Wali Yousif Zangana Barzani Jaff Surchi Hawrami Sindi""")
ALBANIAN_MEN = _words("""
    Arben Agim Artan Besnik Bledar Dritan Edmond Elton Ermal Fatos Gentian Ilir Kastriot Luan Mentor Naim Petrit
    Qemal Sokol Valon Visar Ylli Alban Andi Arta Bujar Driton Florian Genc Indrit Jetmir Klodian Lulzim Marsel
    Nderim Orges""")
ALBANIAN_WOMEN = _words("""
    Albana Anila Blerina Drita Elira Elona Entela Flutura Gentiana Ilirjana Kaltrina Lindita Liridona Mimoza Mirela
    Nora Rovena Shpresa Teuta Valbona Vjosa Arta Besa Dafina Edona Fjolla Jeta Luljeta Majlinda Ornela""")
ALBANIAN_SURNAMES = _words("""
    Hoxha Shehu Gjoka Krasniqi Berisha Gashi Kola Leka Marku Prifti Dervishi Hysa Kryeziu Rama Bardhi Cela Doda
    Elezi Frasheri Gega Halili Isufi Jashari Kelmendi Lleshi Mema Ndreca Osmani Pepa Qosja Rexhepi Sula Tahiri Uka
    Vata Xhafa Zeka""")
SOMALI_MEN = _words("""
    Mohamed Ahmed Ali Hassan Hussein Abdi Abdirahman Abdullahi Omar Osman Yusuf Ibrahim Ismail Jama Farah Warsame
    Nur Adan Bashir Dahir Elmi Guled Hersi Isse Khalif Liban Mahad Muse Mukhtar Roble Said Salad Sharmarke Shire
    Abshir Ayanle Awale Barre Bile Dirie Egal Gedi Hirsi Kulane Samatar Yasin""")
SOMALI_WOMEN = _words("""
    Fadumo Hodan Amina Hawa Halima Khadija Sahra Asha Ayaan Deqa Faduma Hibo Idil Ifrah Ladan Maryan Nasteho Nimo
    Qamar Ruqiya Sagal Safiya Shamso Suad Ubah Warsan Yasmin Zamzam Zeinab Anab Bilan Canab Fowzia Habiba Ilhan
    Kaltun Leyla Muna""")
BULGARIAN_MEN = _words("""
    Georgi Ivan Dimitar Nikolay Petar Hristo Todor Stefan Vasil Plamen Krasimir Rumen Stoyan Angel Boris Emil Ivaylo
    Kiril Lyubomir Martin Mihail Ognyan Pavel Radoslav Svetoslav Tihomir Valentin Yordan Zhivko Asen Atanas Bogdan
    Daniel Kaloyan""")
BULGARIAN_WOMEN = _words("""
    Maria Ivanka Elena Yordanka Penka Rositsa Vesela Daniela Desislava Galina Gergana Iva Kalina Lilyana Milena
    Nadezhda Petya Radka Silviya Stefka Svetlana Teodora Tsvetelina Vanya Violeta Yana Zdravka Antoaneta Bilyana
    Boryana Diana""")
BULGARIAN_SURNAMES = _words("""
    Ivanov Georgiev Dimitrov Petrov Nikolov Hristov Todorov Stoyanov Angelov Iliev Vasilev Atanasov Petkov Marinov
    Kolev Mihaylov Stefanov Yordanov Aleksandrov Kostov Popov Pavlov Rusev Simeonov Tsvetkov Velikov Zhelev Asenov
    Bonev Dobrev""")
ROMANIAN_SURNAMES = _words("""
    Popescu Ionescu Popa Radu Munteanu Stan Stoica Gheorghe Matei Ciobanu Rusu Marin Lazar Moldovan Cojocaru Florea
    Oprea Voicu Tudor Dragomir Neagu Ungureanu Nistor Sandu Manole Ciocan Grigore Lupu Tanase Vasile Serban Balan
    Anghel Bucur""")
TURKISH_SURNAMES = _words("""
    Kaya Şahin Çelik Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Çakır
    Erdem Güneş Yıldız Acar Aktaş Bulut Can Duman Ekinci Gök Işık Keskin""")
